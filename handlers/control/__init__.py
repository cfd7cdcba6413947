"""Operations of the control API."""
