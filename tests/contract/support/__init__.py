"""What the checks share: samples of logs and expectations."""
