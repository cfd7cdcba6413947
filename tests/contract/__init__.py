"""The contract suite: checks any deployment of Coder's audit API over HTTP against the contract."""
