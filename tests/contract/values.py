"""What the values of settings may be: each is read from its text, or refused in words that show no secret."""


class SettingsError(ValueError):
    """Settings by which nothing can be judged; the message is one line, fit for people."""


def read_token(text: str, variable: str) -> str:
    """Read a session token, without the spaces and line breaks around it; raises SettingsError.

    `variable` says which one is meant, since no message shows any of it.
    """
    token = text.strip()
    for place, letter in enumerate(token, 1):
        if not "!" <= letter <= "~":
            kind = "a space" if letter == " " else "a control character" if letter < " " else "no ASCII"
            raise SettingsError(f"character {place} of the token, ${variable}, is {kind}: no token has such")
    return token
