"""SAML 2.0 in the part of the service provider: asking, and believing only what is proved.

``values`` and ``extra`` know no library. Everything else needs the extra ``cadastre[saml]`` (lxml,
signxml), so its users import it where they call it. XML signatures are signxml's; what SAML asks
for besides (whom an assertion is for, until when, answer to which question) is read here, from
what a verified signature covers and nothing else.
"""
