"""What answers: the operations, who may call them, what they were asked, and the wire."""
