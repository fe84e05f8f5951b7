"""Every context. Importing this fills the registries of events and commands."""

import domain.identity.commands
import domain.identity.credential_commands
import domain.identity.tenant
import domain.kernel.forgetting
import domain.kernel.restoring
import domain.kernel.retention
import domain.projects.commands
import domain.tracker.commands  # noqa: F401 - imported for what they register
