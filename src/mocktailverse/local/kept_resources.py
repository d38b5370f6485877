"""The resources of a stack whose content is kept on disk, and the request that says so."""

import msgspec

from mocktailverse.loads.object_version import CANARY_PREFIX, RAW_PREFIX

ATTACH_PATH = "/_mocktailverse/attach"
"""`POST` with `KeptResources` as JSON restores the data, and keeps it from then on."""

EXPORTS_PREFIX = "exports/"


class KeptResources(msgspec.Struct, frozen=True):
    """Names of the resources whose content is kept; they must exist."""

    data_bucket: str = ""
    catalogue_bucket: str = ""
    tables: tuple[str, ...] = ()

    def has_object(self, bucket: str, key: str) -> bool:
        """Return whether an object is kept: all but canaries and exports, which are made again."""
        if bucket == self.catalogue_bucket:
            return not key.startswith(EXPORTS_PREFIX)
        return bucket == self.data_bucket and not key.startswith(CANARY_PREFIX)

    def has_item(self, table: str, partition: str) -> bool:
        """Return whether an item is kept: all but the loads of canaries."""
        return table in self.tables and f"/{self.data_bucket}/{CANARY_PREFIX}" not in partition

    def is_raw(self, bucket: str, key: str) -> bool:
        """Return whether an object belongs to the source of truth; the others are derived."""
        return bucket == self.data_bucket and key.startswith(RAW_PREFIX)
