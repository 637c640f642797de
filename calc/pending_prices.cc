#include "calc/pending_prices.h"

#include <algorithm>

namespace indexcast {
namespace {

// METHODOLOGY 4.
constexpr std::int64_t kWitnessPaceNs = kNsPerSecond;
constexpr std::uint32_t kTradedWitnesses = 3;
constexpr std::int64_t kTradedSpanNs = 3 * kNsPerSecond;
constexpr std::uint32_t kNominalWitnesses = 5;  // whose messages carry no volume
constexpr std::int64_t kNominalSpanNs = 10 * kNsPerSecond;
constexpr std::uint32_t kWaitWitnesses = 2;
constexpr std::uint32_t kOutsideMessages = 10;
constexpr std::uint32_t kFarWitnesses = 5;
constexpr std::int64_t kMinuteNs = 60 * kNsPerSecond;

Price price_of(const MarketEvent& event) { return Price{event.value[0]}; }
std::int64_t volume_of(const MarketEvent& event) { return event.value[1]; }
bool is_of(PriceKind kind, const MarketEvent& event) {
  return event.detail == static_cast<std::uint8_t>(kind);
}

}  // namespace

void PendingPrices::Run::begin(const MarketEvent& event) {
  count = 1;
  first_exchange = last_exchange = event.exchange_time;
  first_receive = last_receive = event.receive_time;
}

bool PendingPrices::Run::add(const MarketEvent& event) {
  const bool later = event.exchange_time - last_exchange >= kWitnessPaceNs &&
                     event.receive_time - last_receive >= kWitnessPaceNs;
  if (!later) return false;
  ++count;
  last_exchange = event.exchange_time;
  last_receive = event.receive_time;
  return true;
}

bool PendingPrices::Run::spans(std::int64_t ns) const {
  return last_exchange - first_exchange >= ns && last_receive - first_receive >= ns;
}

void PendingPrices::take_over(const PendingPrices& from) {
  std::ranges::copy(from.slots_, slots_.begin());
  waiting_.assign(from.waiting_.begin(), from.waiting_.end());
}

std::optional<DecisionReason> PendingPrices::offer(const MarketEvent& event,
                                                   const OutsidePrice& outside) {
  Slot& slot = slots_[event.instrument];
  const bool began = !slot.held;
  if (began) {
    slot.held = true;
    waiting_.push_back(event.instrument);
  }
  const bool near = !began && is_near(price_of(event), price_of(slot.event), outside.step);
  bool witness = true;
  if (near) {
    witness = slot.witnesses.add(event);
  } else {
    slot.witnesses.begin(event);
    slot.first_volume = volume_of(event);
    slot.waited_ns = 0;
    slot.counted_to = event.receive_time;
  }
  bool counted = true;
  if (!began && slot.above == outside.above) {
    counted = slot.same_side.add(event);
  } else {
    slot.same_side.begin(event);
  }
  slot.above = outside.above;
  slot.event = event;
  if (near && is_of(PriceKind::close, event) && outside.verdict == CollarVerdict::outside_collar)
    return confirmed(slot, outside, witness, counted).value_or(DecisionReason::official_close);
  return confirmed(slot, outside, witness, counted);
}

// Whether the message just taken confirms the price. `witness` and `counted` say that it added one
// to the witnesses and to the messages on this side.
std::optional<DecisionReason> PendingPrices::confirmed(const Slot& slot,
                                                       const OutsidePrice& outside, bool witness,
                                                       bool counted) const {
  const Run& run = slot.witnesses;
  switch (outside.verdict) {
    case CollarVerdict::inside:
    case CollarVerdict::outside_limits:
      return std::nullopt;
    case CollarVerdict::far:
      if (outside.may_be_far && run.count >= kFarWitnesses && run.spans(kMinuteNs))
        return DecisionReason::resumed;
      return std::nullopt;
    case CollarVerdict::outside_collar:
      break;
  }
  const bool nominal = is_of(PriceKind::nominal, slot.event);
  const bool traded = nominal ? run.count >= kNominalWitnesses && run.spans(kNominalSpanNs)
                              : run.count >= kTradedWitnesses && run.spans(kTradedSpanNs) &&
                                    volume_of(slot.event) > slot.first_volume;
  if (witness && traded) return DecisionReason::traded_again;
  if (witness && run.count >= kWaitWitnesses && run.spans(wait_ns_) && slot.waited_ns >= wait_ns_)
    return DecisionReason::waited;
  if (counted && slot.same_side.count >= kOutsideMessages && slot.same_side.spans(kMinuteNs))
    return DecisionReason::stays_outside;
  return std::nullopt;
}

void PendingPrices::drop(InstrumentId id) {
  if (!slots_[id].held) return;
  slots_[id].held = false;
  waiting_.erase(std::find(waiting_.begin(), waiting_.end(), id));
}

}  // namespace indexcast
