"""How often pages may be asked for what can be guessed or misused: django-allauth's way to say it.

Each is a number of tries, in a time (s, m, h), of an address ("ip"), a person who is logged in
("user"), or of what the sentence says ("key"). docs/security.md has the same list.
"""

LIMITS = {
    # The log-in form, whatever is typed into it.
    "login": "30/m/ip",
    # Wrong passwords and wrong codes: of an address, and of an address for one name. The name alone
    # is not counted: else anybody could lock anybody out. Second factor codes count by their
    # person, whose password is known by then.
    "login_failed": "10/m/ip,5/5m/key",
    # The sign-up form, which tells whether a name is taken; an invited group may share an address.
    "signup": "20/m/ip,100/h/ip",
    # Links by mail or from an admin (invitations, confirmations, new passwords), good or not.
    "link": "30/m/ip",
    # The same, as django-allauth calls it: new passwords by a link.
    "reset_password_from_key": "20/m/ip",
    # Asking for such a link: from an address, and to an e-mail address, that mail may go to.
    "reset_password": "20/m/ip,5/h/key",
    # A mail that asks to confirm an e-mail address, to that address.
    "confirm_email": "1/3m/key",
    # Changing one's e-mail address, which sends a mail.
    "manage_email": "10/m/user",
    # The present password, asked for before a new one, and before what needs it again.
    "change_password": "5/m/user",
    "reauthenticate": "10/m/user",
    # Making invitations, which may send mail.
    "invite": "60/h/user",
}
