"""What a password is worth: how many guesses it takes, and whether it is on everybody's list."""
