"""The only writers of what is given, of groups, of progress and of counted accesses."""
