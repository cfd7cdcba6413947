"""The contract suite's engine: client, options, reports and the pytest plugin around `auditmock.contract`."""
