"""Strict validation of parameters and bodies in front of Connexion's."""
