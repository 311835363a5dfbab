"""The well-known authorities: sound addresses, and for each a root in the verifier's shipped list."""

from __future__ import annotations

from cryptography import x509

from evidence.timestamps import check_url, known_authorities
from evidence.verify import shipped_tsa_list


def test_each_has_an_address_and_a_root() -> None:
    subjects = [x509.load_der_x509_certificate(root).subject.rfc4514_string() for root in shipped_tsa_list().roots]
    known = known_authorities()
    assert len({each.address for each in known}) == len(known) >= 4
    for each in known:
        check_url(each.address)
        assert any(each.name in subject for subject in subjects), each
