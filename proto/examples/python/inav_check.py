"""An iNAV publisher's own check: computes the value of a fund from its members, cash and rates as the
server has them at one sequence, and compares it with the published indicative value.

    inav_check.py QUERY CODE          inav_check.py tcp://127.0.0.1:5557 159099

Needs pyzmq and protobuf (Debian: python3-zmq python3-protobuf) and the contract, compiled:
    protoc -I proto --python_out=. proto/indexcast/v1/stream.proto proto/indexcast/v1/query.proto

Exits 0 when both are the same to the last digit, 1 when they are not, 2 without an answer.
"""
import sys
from fractions import Fraction

import zmq

from indexcast.v1 import query_pb2

ANSWER_LIMIT_MS = 10_000
# Scales of the contract.
SHARES, PRICE, CASH, RATE = 10**6, 10**6, 10**6, 10**8


def ask(endpoint, request):
    """The server's reply; SystemExit when there is none or it refuses."""
    socket = zmq.Context.instance().socket(zmq.DEALER)
    socket.setsockopt(zmq.RCVTIMEO, ANSWER_LIMIT_MS)
    socket.setsockopt(zmq.LINGER, 0)
    socket.connect(endpoint)
    socket.send(request.SerializeToString())
    try:
        reply = query_pb2.Reply.FromString(socket.recv())
    except zmq.Again:
        print(f"no answer from {endpoint}", file=sys.stderr)
        sys.exit(2)
    if reply.WhichOneof("body") == "refusal":
        reason = query_pb2.RefusalReason.Name(reply.refusal.reason)
        print(f"refused: {reason} {reply.refusal.detail}", file=sys.stderr)
        sys.exit(2)
    return reply


def worth(member):
    """What a creation unit holds of a member, in the fund's currency, exact."""
    # A member in the fund's own currency has no rate.
    rate = Fraction(member.fx_rate, RATE) if member.fx_rate else 1
    return Fraction(member.index_shares, SHARES) * Fraction(member.price, PRICE) * rate


def own_value(page):
    """The value of one fund share in units of 10^-decimals, half up; never below zero."""
    unit = sum(worth(member) for member in page.members)
    unit += Fraction(page.cash_substitutes + page.estimated_cash, CASH)
    scaled = unit / page.creation_unit * 10**page.level.decimals
    return max(0, int(scaled + Fraction(1, 2)))


def main(endpoint, code):
    request = query_pb2.Request(request_id=1, members=query_pb2.MembersRequest(code=code))
    page = ask(endpoint, request).members
    if not page.creation_unit:
        print(f"{code} is no fund", file=sys.stderr)
        return 2
    level = page.level
    for member in page.members:
        rate = f" x {member.fx_rate / RATE:.8f}" if member.fx_rate else ""
        print(f"{member.symbol:10} {member.index_shares / SHARES:14.2f} x {member.price / PRICE:.6f} "
              f"{member.currency}{rate} = {float(worth(member)):.2f}")
    print(f"{'cash':10} {(page.cash_substitutes + page.estimated_cash) / CASH:.2f}")
    uncertain = [member.symbol for member in page.members if not member.price_certain]
    if uncertain:
        print("the server missed prices of " + " ".join(uncertain))
    own = own_value(page)
    shown = [f"{value / 10**level.decimals:.{level.decimals}f}" for value in (own, level.level)]
    print(f"{code} at sequence {level.index_sequence}: own {shown[0]}, published {shown[1]}: "
          + ("equal" if own == level.level else "NOT EQUAL"))
    return 0 if own == level.level else 1


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
