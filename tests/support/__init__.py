"""What every test may ask for: real servers, real databases, a real browser."""

import pytest

# Some fixtures assert; their message should show both sides, as in a test.
pytest.register_assert_rewrite("tests.support.browser", "tests.support.loopback")
