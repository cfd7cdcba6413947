"""What other people made, as they made it."""
