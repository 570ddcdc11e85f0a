# ruff: noqa: I001
# mypy: ignore-errors
"""How a probe prints: one fact a line, exceptions as their type and arguments."""


def say(key, value):
    """Print one fact."""
    print("= " + key + ": " + (value if isinstance(value, str) else repr(value)))


# An exception counts as the first of these that it is: a host's subclass is no difference.
KINDS = (
    OSError, UnicodeError, ValueError, KeyError, IndexError, OverflowError, ZeroDivisionError,
    AttributeError, NameError, TypeError, AssertionError, StopIteration, MemoryError,
    NotImplementedError, RuntimeError,
)  # fmt: skip


def kind(error):
    """Name of the exception; of an OSError also its number."""
    for one in KINDS:
        if isinstance(error, one):
            return one.__name__ + (" %d" % error.args[0] if errno_of(error) else "")
    return type(error).__name__


def errno_of(error):
    """True when the exception carries a number of the operating system."""
    return isinstance(error, OSError) and error.args and isinstance(error.args[0], int)


def outcome(function, *arguments, **named):
    """What a call gives: repr of its result, or the kind of its exception."""
    try:
        return repr(function(*arguments, **named))
    except Exception as error:
        return kind(error)


def words_of(function):
    """As outcome, with the text of the exception."""
    try:
        return repr(function())
    except Exception as error:
        return kind(error) + ": " + str(error)


def try_all(prefix, cases, how=outcome):
    """Print the outcome of every (name, function) of `cases`."""
    for name, function in cases:
        say(prefix + "." + name, how(function))
