import pytest

from tests.factories.registration import build_town


@pytest.fixture
def town(db):
    """A school, its street, and people to act."""
    return build_town()
