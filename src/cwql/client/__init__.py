"""The clients: their operations as flows, the two drivers, parsing of records and bodies. Public names are in `cwql`."""
