"""Tables of resources: columns recognised, a trial run, then all or nothing."""
