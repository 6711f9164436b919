"""Tables of devices: columns recognised, a trial run, then all or nothing, and back."""
