"""The only writers of school facts: the roll, the catchment areas."""
