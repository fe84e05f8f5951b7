"""How the server tells what it does: log lines and figures."""
