"""Rules for single logs and single responses."""
