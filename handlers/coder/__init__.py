"""A deployed Coder server: routing, parsing and errors as its Go code does them."""
