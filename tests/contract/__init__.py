"""The contract suite: judges any deployment of Coder's audit API over HTTP, by the contract alone."""
