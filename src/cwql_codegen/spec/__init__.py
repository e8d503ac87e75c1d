"""APIs as plain data: documents and overlays are parsed to `Api`, which the generators take."""
