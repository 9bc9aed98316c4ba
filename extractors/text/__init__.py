"""Text deliveries made plain, in blocks of bytes: unpacked, decoded, and with row ends that a CSV reader understands.

Comes in: a delivered file and what its pack says of it. Goes out: a `PlainText`. Called by the sources that read text.
"""
