from tests.carriers.account import twilio

__all__ = ["twilio"]
