# ruff: noqa: I001
# mypy: ignore-errors
"""How a probe prints: one fact a line, exceptions as their type and arguments."""


def say(key, value):
    """Print one fact."""
    print("= " + key + ": " + (value if isinstance(value, str) else repr(value)))


def outcome(function, *arguments, **named):
    """What a call gives: repr of its result, or the exception with its arguments."""
    try:
        return repr(function(*arguments, **named))
    except Exception as error:
        return type(error).__name__ + repr(error.args)


def try_all(prefix, cases):
    """Print the outcome of every (name, function) of `cases`."""
    for name, function in cases:
        say(prefix + "." + name, outcome(function))
