"""The words that records are made of: names of people and companies, cities, ticket summaries."""

from __future__ import annotations

FIRST_NAMES = (
    "Anna", "Ben", "Carla", "Dmitri", "Elena", "Farid", "Grace", "Hiro", "Inès", "Jack", "Keiko", "Liam", "María", "Noah",
    "Olga", "Priya", "Quentin", "Rosa", "Søren", "Tara", "Umar", "Vera", "Will", "Xenia", "Yusuf", "Zoë",
)  # fmt: skip
LAST_NAMES = (
    "Adams", "Brown", "O'Brien", "Castillo", "Dubois", "Eriksen", "Fischer", "Gupta", "Hughes", "Ibrahim", "Johnson", "Kowalski",
    "Lopez", "Müller", "Nguyen", "Okafor", "Patel", "Quinn", "Rossi", "Smith-Jones", "Tanaka", "Ueda", "Van der Berg", "Wright",
    "Xu", "Young", "Zimmermann", "D'Angelo", "Łukasik",
)  # fmt: skip
JOB_TITLES = ("Owner", "Office Manager", "Controller", "IT Coordinator", "Sales Lead", "Receptionist", "Engineer", None)

# Every data set starts with these: names that break wrong quoting.
COMPANY_NAMES = (
    "Acme Industries", "O'Brien & Sons", "Globex Health", 'Bar 12" Steel', "Müller Maschinenbau", "Cyberdyne Dental",
    "Northwind Traders", "100% Organic Foods", "Café Zürich", "Initech", "Wayne Legal", "Umbrella Veterinary",
)  # fmt: skip
COMPANY_PREFIXES = (
    "Blue River", "Summit", "Harbor", "Cedar", "Granite", "Pioneer", "Lakeside", "Evergreen", "Redwood", "Silver Oak", "Prairie",
    "Atlantic", "Keystone", "Maple", "Sunrise", "Old Mill", "Copper", "Falcon", "Juniper", "Beacon",
)  # fmt: skip
COMPANY_SECTORS = (
    "Dental", "Logistics", "Law Group", "Accounting", "Construction", "Medical Center", "Manufacturing", "Realty", "Insurance",
    "Credit Union", "Schools", "Brewing", "Architects", "Pharmacy", "Motors", "Printing", "Hotels", "Farms", "Engineering",
    "Foundation", "Marina", "Clinic", "Foods", "Studios", "Security", "Travel", "Textiles", "Aviation", "Energy", "Optics",
    "Roofing", "Nurseries", "Theatre", "Laboratories", "Catering", "Freight", "Plumbing", "Interiors", "Tools", "Wines",
    "Books", "Media", "Fitness", "Daycare", "Bakery", "Ceramics", "Outfitters", "Partners", "Holdings", "Ventures",
)  # fmt: skip

CITIES = (
    ("Tampa", "FL", "33602", "813"), ("Columbus", "OH", "43215", "614"), ("Denver", "CO", "80202", "303"),
    ("Portland", "OR", "97204", "503"), ("Austin", "TX", "78701", "512"), ("Raleigh", "NC", "27601", "919"),
    ("Madison", "WI", "53703", "608"), ("Boise", "ID", "83702", "208"), ("Buffalo", "NY", "14202", "716"),
    ("Tucson", "AZ", "85701", "520"),
)  # fmt: skip
STREETS = (
    "Main Street",
    "Oak Avenue",
    "Industrial Parkway",
    "River Road",
    "Commerce Drive",
    "Church Lane",
    "Harbor View",
)

# Summary, and index in the list of ticket types.
TICKET_SUMMARIES = (
    ("Outlook keeps asking for a password on {device}", 1),
    ("Cannot print to the 2nd floor copier from {device}", 0),
    ("{device} is offline", 3),
    ("Password reset for {person}", 2),
    ("VPN drops every 10 minutes for {person}", 3),
    ("New starter on Monday: account and laptop for {person}", 2),
    ("Leaver: disable all access of {person}", 2),
    ("Disk C: on {device} has less than 10% free", 0),
    ("Backup failed on {device}", 0),
    ("Phishing email reported by {person}", 1),
    ("Email to one customer bounces with 550 5.7.1", 1),
    ("Shared mailbox missing in Outlook for {person}", 1),
    ("Wi-Fi slow in the meeting room", 3),
    ("{device}: blue screen after Windows update", 0),
    ("QuickBooks won't open the company file on {device}", 0),
    ('Monitor 24" flickers at the desk of {person}', 0),
    ("Request: quote for 5 laptops", 2),
    ("Teams calls have no sound on {device}", 0),
    ("Server room temperature alert", 3),
    ("SSL certificate expires in 14 days", 3),
    ("{person} can't open files on \\\\{device}\\share", 3),
    ("MFA prompt never arrives on the phone of {person}", 1),
    ("RE: FW: urgent!!! nothing works", 1),
    ("Firewall firmware update", 3),
    ("Scanner to email stopped working", 1),
    ("Antivirus out of date on {device}", 0),
)

NOTES = (
    "Called the client, no answer. Left a voicemail.",
    "Restarted the service and confirmed that it stays up.",
    "User confirmed that the issue is resolved. Closing.",
    "Waiting for the vendor; their reference is in the email thread.",
    "Remoted in with {person}. Cleared the cached credentials and signed in again.",
    "Checked the event log: disk errors since last night. Replacement ordered.",
    "Hi team,\n\nany update on this?\n\nThanks,\n{person}",
    "Reproduced on a second machine. Escalating to tier 2.",
)

SCRIPTS = (
    "Reboot Computer", "Clear Temp Files", "Install Agent Updates", "Run Windows Update", "Restart Print Spooler", "Disk Cleanup",
    "Reset Windows Update Cache", "Collect System Logs", "Rename Local Admin", "Enable BitLocker", "Flush DNS Cache",
    "Uninstall Toolbar Software", "Check Backup Status", "Repair WMI Repository",
)  # fmt: skip
SOFTWARE = (
    ("Microsoft 365 Apps for business", "16.0.18227"), ("Google Chrome", "131.0.6778"), ("Adobe Acrobat Reader", "24.005.20307"),
    ("7-Zip 24.08 (x64)", "24.08"), ("QuickBooks Pro 2024", "34.0"), ("Zoom Workplace", "6.2.11"), ("ScreenConnect Client", "24.3.7"),
)  # fmt: skip
ALERTS = (
    ("Disk", "Drive C: has {n}% free space", 3), ("Service", "The service Spooler stopped on {device}", 2),
    ("Agent", "{device} has not checked in for {n} minutes", 4), ("Patch", "{n} patches are missing on {device}", 2),
    ("CPU", "CPU usage of {device} is over {n}%", 3), ("Antivirus", "Definitions on {device} are {n} days old", 4),
)  # fmt: skip
SENTENCES = (
    "Applies to all new records.",
    "Kept for reports of earlier years.",
    "Ask the service manager before you change it.",
    "Created during onboarding.",
)
ADJECTIVES = (
    "Standard",
    "Premium",
    "Internal",
    "Remote",
    "Onsite",
    "Default",
    "Emergency",
    "Seasonal",
    "Legacy",
    "Managed",
)
