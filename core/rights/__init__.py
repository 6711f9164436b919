"""What people may ask about the data held on them, and how it is answered."""
