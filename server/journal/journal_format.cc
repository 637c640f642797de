#include "server/journal/journal_format.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>

namespace indexcast::server {
namespace {

class Digest {
 public:
  void add(std::string_view text) {
    for (const char c : text) mix(static_cast<unsigned char>(c));
    mix(0x100);  // ends the text, so that "ab","c" and "a","bc" differ
  }
  void add(Int128 value) {
    mix(static_cast<std::uint64_t>(value));
    mix(static_cast<std::uint64_t>(value >> 64));
  }
  std::uint64_t value() const { return hash_; }

 private:
  void mix(std::uint64_t word) { hash_ = (hash_ ^ word) * 0x100000001b3; }
  std::uint64_t hash_ = 0xcbf29ce484222325;
};

void add_member(Digest& digest, const Member& member) {
  digest.add(member.symbol());
  digest.add(member.currency());
  digest.add(Int128{member.market()});
  digest.add(Int128{member.shares.raw});
  digest.add(Int128{member.reference_price.raw});
  digest.add(Int128{member.close.raw});
  if (member.suspended) digest.add("suspended");
}

// Rates that are in no series: those that a divisor takes in, and those of a previous close where
// the day's differ. Without either the digest is that of older journals, which replay as before.
void add_rates(Digest& digest, std::string_view what, const std::map<std::string, FxRate>& rates) {
  digest.add(what);
  for (const auto& [currency, rate] : rates) {
    digest.add(currency);
    digest.add(Int128{rate.raw});
  }
}

bool days_rates_differ(const IndexDefinition& definition) {
  return std::ranges::any_of(definition.close_fx, [&](const auto& each) {
    return day_rate(definition, each.first) != each.second;
  });
}

}  // namespace

std::uint64_t digest_of(const Universe& universe) {
  Digest digest;
  for (const IndexDefinition& definition : universe.indices()) {
    digest.add(definition.code);
    digest.add(definition.divisor.raw);
    digest.add(Int128{definition.previous_close.raw});
    digest.add(Int128{definition.decimals});
    digest.add(Int128{definition.version});
    if (definition.bid_ask) digest.add("bid_ask");
    if (definition.fx_in_divisor) add_rates(digest, "fx_in_divisor", definition.close_fx);
    if (days_rates_differ(definition)) add_rates(digest, "close_fx", definition.close_fx);
    for (const Member& member : definition.members) add_member(digest, member);
    digest.add(Int128{definition.fund ? definition.fund->venue : kNoMarket});
  }
  for (const Leg& leg : universe.legs()) digest.add(leg.constant_cash);
  for (const FxSeries& series : universe.series()) {
    digest.add(series.name);
    digest.add(Int128{series.day_fx.raw});
  }
  return digest.value();
}

JournalHeader header_of(const Universe& universe, const EngineSettings& settings,
                        std::uint64_t epoch) {
  JournalHeader header;
  header.epoch = epoch;
  header.universe_digest = digest_of(universe);
  header.trade_date = settings.trade_date;
  header.open_deadline_ms = settings.open_deadline_ms;
  header.close_deadline_ns = settings.close_deadline_ns;
  header.quotable_live_bp = settings.quotable_live_bp;
  header.pending_wait_s = static_cast<std::uint32_t>(settings.pending_wait_ns / kNsPerSecond);
  return header;
}

}  // namespace indexcast::server
