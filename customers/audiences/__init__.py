"""Audiences: who may be contacted over a channel, as files that Salesforce and Shopify import.

Comes in: `[audiences.<name>]` of weft.toml and a publication. Goes out: files that only their owner may read. Called by the exports step
of a run and by `weft audiences`.
"""

from customers.audiences.export import AudienceFiles, count_audiences, export_audience, export_audiences

__all__ = ["AudienceFiles", "count_audiences", "export_audience", "export_audiences"]
