"""Every module that declares tables. Importing this makes ``Base.metadata`` complete."""

import cmdb.records.definitions
import cmdb.records.facts
import cmdb.records.history
import cmdb.records.identity
import cmdb.records.items
import cmdb.records.parties
import cmdb.records.past
import cmdb.records.precedence
import cmdb.records.relations
import cmdb.records.sources
import server.assets.custody.models
import server.assets.documents.models
import server.assets.licences.models
import server.assets.models
import server.assets.products.models
import server.assets.purchases.models
import server.assets.stock.models
import server.desk.alarms.models
import server.desk.announcements.models
import server.desk.availability.models
import server.desk.changes.models.approving
import server.desk.changes.models.calendar
import server.desk.changes.models.change
import server.desk.changes.models.checking
import server.desk.changes.models.planning
import server.desk.knowledge.models
import server.desk.problems.models
import server.desk.routines.models
import server.desk.routing.models
import server.desk.sla.models
import server.desk.tickets.models
import server.foundation.allowances
import server.foundation.audit
import server.foundation.jobs.models
import server.foundation.search.marks
import server.imports.models
import server.items.advisories.models
import server.items.deriving.models
import server.items.foreign.models
import server.items.health.models
import server.items.impacts.models
import server.items.models
import server.items.past.models
import server.notify.models
import server.people.models.accounts
import server.people.models.computers
import server.people.models.directories
import server.people.models.proofs
import server.people.models.roles
import server.people.models.rosters
import server.people.models.saml
import server.scanning.collectors.models
import server.scanning.models
from cmdb.records.base import Base

__all__ = ["Base", "cmdb", "server"]
