"""Django's PostgreSQL, whose check of a connection before a request costs no question to the server.

``ENGINE`` of the settings names the package; the name of this module and of its class are Django's.
"""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    health_check_done: bool

    def close_if_health_check_failed(self) -> None:
        """Ask the server only when it has said something unasked; called for every cursor.

        A server that ends a connection says so and closes it: then there is something to read on an idle connection.
        """
        if not self.health_check_done and self._quiet():
            self.health_check_done = True
        if not self.health_check_done:
            super().close_if_health_check_failed()

    def _quiet(self) -> bool:
        """Whether the connection is open and nothing has come on it."""
        if self.connection is None or self.connection.closed:
            return False
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return not poll.poll(0)
