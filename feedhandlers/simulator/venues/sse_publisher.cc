// Shanghai's publisher: M101 and M102 (protocol notes of SSE, 2.3, 2.4, 5.1).
#include <string>
#include <vector>

#include "feedhandlers/simulator/day/publisher.h"
#include "feedhandlers/simulator/venues/sse_message_output.h"
#include "feedhandlers/simulator/venues/sse_side_streams.h"

namespace indexcast::sim {
namespace {

constexpr std::int64_t kStatusEverySeconds = 3;
constexpr std::size_t kDepth = 5;
// The shares' closing images have left by then.
constexpr Micros kQuotesFinish = 2 * kMicrosPerSecond;

// TradingPhaseCode, 5.1: state, tradable, listed, accepting orders. What stands between the opening
// auction and 09:30 is not in the notes; C without acceptance is the simulator's choice.
std::string_view phase_code(const SimulatedSecurity& security) {
  if (security.suspended()) return "P01";
  if (security.halt_kind() == Halt::to_close) return "N010";
  if (security.halted()) return "M110";
  if (security.interruption() != Interruption::none) return "M111";
  switch (security.phase()) {
    case Phase::before_open:
      return "S01";
    case Phase::opening_auction:
      return "C111";
    case Phase::opened:
      return "C110";
    case Phase::continuous:
    case Phase::lunch:
      return "T111";
    case Phase::closing_auction:
      return "U111";
    case Phase::closed:
      return "E110";
  }
  return "";
}

// First position of every TradingSessionID (2.3): before, during, after.
char session_letter(Phase phase) {
  if (phase == Phase::before_open) return 'S';
  return phase == Phase::closed ? 'E' : 'T';
}

// TradingSessionID of SecurityType 1: opening auction, whole market's quotes with the indices,
// Shanghai's quotes finished.
std::string stock_session(const SessionStep& session, Micros now) {
  const bool closed = session.phase == Phase::closed;
  const auto flag = [](bool set) { return set ? '1' : '0'; };
  return {session_letter(session.phase), flag(session.phase > Phase::opening_auction),
          flag(closed && now >= session.begin + kSseIndicesFinish),
          flag(closed && now >= session.begin + kQuotesFinish)};
}

// Session of SecurityType 3: closing auction finished, pre-issue closed, after-hours trading
// closed.
std::string integrated_session(const SessionStep& session, Micros now) {
  const bool closed = session.phase == Phase::closed;
  const bool over = now >= kAfterHoursEnd;
  const auto flag = [](bool set) { return set ? '1' : '0'; };
  return {closed && !over ? 'T' : session_letter(session.phase),
          flag(session.phase > Phase::opening_auction), flag(closed), flag(closed), flag(over)};
}

class SsePublisher final : public Publisher {
 public:
  SsePublisher(MessageOutput& output, std::uint64_t seed)
      : out_(output), side_(out_, seed, output.trade_date()) {}

  void start(const Market& market, Micros now) override { status(market, now); }
  void reference(const Market& market, Micros now) override {
    for (const SimulatedSecurity& security : market.securities)
      security_changed(market, security, now);
    side_.reference(market, now);
  }
  void session_changed(const Market& market, Micros now) override { status(market, now); }
  void security_changed(const Market& market, const SimulatedSecurity& security,
                        Micros now) override;
  void status_changed(const SimulatedSecurity&, Micros) override {}
  void second(const Market& market, Micros now) override {
    if (now / kMicrosPerSecond % kStatusEverySeconds == 0) status(market, now);
    side_.second(market, now);
  }
  void flush(Micros) override {}

 private:
  void status(const Market& market, Micros now);
  void list_entries(const SimulatedSecurity& security);
  void add(std::uint16_t type, std::int64_t price, std::int64_t size = 0,
           std::size_t position = 0) {
    entries_.push_back({type, sse_price(price), static_cast<std::uint64_t>(size),
                        static_cast<std::uint8_t>(position)});
  }

  SseMessageOutput out_;
  SseSideStreams side_;
  std::vector<sse::Entry> entries_;
};

void SsePublisher::status(const Market& market, Micros now) {
  const auto shares = static_cast<std::uint32_t>(market.securities.size());
  const auto products = shares + static_cast<std::uint32_t>(SseSideStreams::kProducts);
  out_.status(sse::kSecurityTypeStock, stock_session(market.session, now), products, now);
  out_.status(sse::kSecurityTypeBusiness, integrated_session(market.session, now),
              side_.after_hours_products(market), now);
  out_.status(sse::kSecurityTypeIopv, "", SseSideStreams::kFundCount, now);
}

void SsePublisher::security_changed(const Market&, const SimulatedSecurity& security, Micros now) {
  const SimulatedSecurity::Listing& listing = security.listing();
  const Totals& totals = security.totals();
  const std::string symbol = listing.first_day ? "N" + listing.name : listing.name;
  sse::SnapshotFields fields;
  fields.security_type = sse::kSecurityTypeStock;
  fields.md_stream_id = sse::kStreamShares;
  fields.symbol = symbol;
  fields.pre_close_px = sse_price(listing.previous_close);
  fields.total_volume_traded = static_cast<std::uint64_t>(totals.volume);
  fields.num_trades = static_cast<std::uint64_t>(totals.trades);
  fields.total_value_traded = sse_value(totals.turnover);
  fields.trading_phase_code = phase_code(security);
  list_entries(security);
  out_.snapshot(fields, listing.code, entries_, now);
}

// 2, 4, 7, 8, five bids and five asks as in a real record (2.6); before the first trade the prices
// are 0, "no value". Entry 5 joins when there is a close.
void SsePublisher::list_entries(const SimulatedSecurity& security) {
  const Totals& totals = security.totals();
  entries_.clear();
  add(sse::kEntryLast, totals.last);
  add(sse::kEntryOpen, totals.open);
  add(sse::kEntryHigh, totals.high);
  add(sse::kEntryLow, totals.low);
  if (security.close() > 0) add(sse::kEntryClose, security.close());
  for (std::size_t i = 0; i < kDepth; ++i) {
    const BookLevel& bid = security.book().bids[i];
    add(sse::kEntryBid, bid.price, bid.size, i);
  }
  for (std::size_t i = 0; i < kDepth; ++i) {
    const BookLevel& ask = security.book().asks[i];
    add(sse::kEntryAsk, ask.price, ask.size, i);
  }
}

}  // namespace

std::unique_ptr<Publisher> make_sse_publisher(MessageOutput& output, std::uint64_t seed) {
  return std::make_unique<SsePublisher>(output, seed);
}

}  // namespace indexcast::sim
