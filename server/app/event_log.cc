#include "server/app/event_log.h"

#include <spdlog/spdlog.h>

#include "calc/control.h"
#include "calc/decimal.h"
#include "feedhandlers/market/venue.h"
#include "server/view/enum_names.h"
#include "server/view/feed_day.h"

namespace indexcast::server {
namespace {

std::string_view venue_name(std::uint32_t id) {
  return id < feed::kVenueCount ? feed::kVenueNames[id] : "fx";
}

}  // namespace

template <class... Values>
void OperatorLog::alarm(fmt::format_string<Values...> text, Values&&... values) {
  ++alarms_;
  spdlog::warn(text, std::forward<Values>(values)...);
}

// Changes that need an operator are alarms, and include the reason.
void OperatorLog::log_market(const MarketChanged& change) {
  over_[change.header.id] = is_over(static_cast<MarketPhase>(change.header.detail));
  const std::string_view venue = venue_name(change.header.id);
  const std::string_view phase = name_of(kMarketPhaseNames, change.header.detail);
  switch (static_cast<PhaseCause>(change.header.detail2)) {
    case PhaseCause::input:
    case PhaseCause::closes_complete:
      spdlog::info("market {} is {}", venue, phase);
      break;
    case PhaseCause::close_deadline:
      alarm("market {} is {}: closing prices are missing at the deadline, carried forward", venue,
            phase);
      break;
    case PhaseCause::never_closed:
      alarm("market {} is {}: its close never came, prices are carried forward", venue, phase);
      break;
    case PhaseCause::never_opened:
      alarm("market {} is {}: its day ended and it never opened", venue, phase);
      break;
    case PhaseCause::against_calendar:
      alarm("market {} is {} although the calendar marks it closed; following the feed", venue,
            phase);
      break;
  }
}

// After the market's day a silent channel, a lost connection and each attempt to reconnect are
// expected.
void OperatorLog::log_feed(const FeedChanged& change) const {
  const std::string_view state = name_of(kFeedStateNames, change.header.detail);
  const std::string_view venue = venue_name(change.header.id);
  const bool over = change.header.id < over_.size() && over_[change.header.id];
  const auto level = over ? spdlog::level::debug : spdlog::level::info;
  if (change.channel == 0) {
    spdlog::log(level, "feed {} is {}{}", venue, state, over ? ", its day is over" : "");
  } else {
    spdlog::log(level, "feed {} channel {} is {}{}", venue, change.channel, state,
                over ? ", its day is over" : "");
  }
}

// The guard's decision is about an instrument; its reference is the price before the jump.
void OperatorLog::log_guard(const InputDecision& decision) {
  const auto reason = static_cast<DecisionReason>(decision.header.detail2);
  const bool counts = decision.header.detail == static_cast<std::uint8_t>(Decision::accepted);
  const std::string price = format_trimmed(decision.value, Price::kDecimals);
  const std::string before = format_trimmed(decision.reference, Price::kDecimals);
  const std::string& symbol = universe_->instruments()[decision.header.id].symbol;
  if (decision.header.detail == static_cast<std::uint8_t>(Decision::pending)) {
    alarm("{}: level guard began ({}): price {}, before {}, feed sequence {}", symbol,
          name_of(kDecisionReasonNames, decision.header.detail2), price, before,
          decision.feed_sequence);
    return;
  }
  const bool unrepeated = reason == DecisionReason::unrepeated;
  if (unrepeated) ++alarms_;
  spdlog::log(unrepeated ? spdlog::level::warn : spdlog::level::info,
              "{}: level guard ended ({}): price {}, before {}; high and low {} its levels{}",
              symbol, name_of(kDecisionReasonNames, decision.header.detail2), price, before,
              counts ? "include" : "leave out",
              unrepeated ? "; check the price, lift_guard can include them" : "");
}

// Notes what waits. A price that was never usable settles nothing about one that waits, and a
// previous close in doubt is decided about once.
bool OperatorLog::begins_to_wait(const InputDecision& decision) {
  const auto reason = static_cast<DecisionReason>(decision.header.detail2);
  const bool waits = decision.header.detail == static_cast<std::uint8_t>(Decision::pending);
  if (reason <= DecisionReason::beyond_bound || reason == DecisionReason::reference_outside)
    return waits;
  const bool of_rate = decision.header.detail3 == static_cast<std::uint8_t>(DecisionSubject::rate);
  char& waiting = (of_rate ? rates_waiting_ : prices_waiting_)[decision.header.id];
  const bool begins = waits && waiting == 0;
  waiting = waits ? 1 : 0;
  return begins;
}

// Decisions that need a person are warnings: a price or rate waits.
void OperatorLog::log_decision(const InputDecision& decision) {
  if (decision.header.detail3 == static_cast<std::uint8_t>(DecisionSubject::level_guard))
    return log_guard(decision);
  if (decision.header.detail2 == static_cast<std::uint8_t>(DecisionReason::out_of_order)) {
    alarm("{}: its prices come out of order, {} stays in force; check the gateway",
          universe_->instruments()[decision.header.id].symbol,
          format_trimmed(decision.reference, Price::kDecimals));
    return;
  }
  if (decision.header.detail2 == static_cast<std::uint8_t>(DecisionReason::late_close)) {
    alarm("{}: official close {} came after a level closed at {}; correct_close can include it",
          universe_->instruments()[decision.header.id].symbol,
          format_trimmed(decision.value, Price::kDecimals),
          format_trimmed(decision.reference, Price::kDecimals));
    return;
  }
  const bool of_rate = decision.header.detail3 == static_cast<std::uint8_t>(DecisionSubject::rate);
  const bool waits = decision.header.detail == static_cast<std::uint8_t>(Decision::pending);
  // Every message about a value that waits already is a decision; the first one is the alarm.
  const bool news = begins_to_wait(decision);
  if (news) ++alarms_;
  const int places = of_rate ? FxRate::kDecimals : Price::kDecimals;
  const std::string& name = of_rate ? universe_->series()[decision.header.id].name
                                    : universe_->instruments()[decision.header.id].symbol;
  spdlog::log(news    ? spdlog::level::warn
              : waits ? spdlog::level::debug
                      : spdlog::level::info,
              "{}: {} is {} ({}), held against {}, feed sequence {}", name,
              format_trimmed(decision.value, places),
              name_of(kDecisionNames, decision.header.detail),
              name_of(kDecisionReasonNames, decision.header.detail2),
              format_trimmed(decision.reference, places), decision.feed_sequence);
}

void OperatorLog::log_control(const ControlDone& done) const {
  const auto outcome = static_cast<ControlOutcome>(done.header.detail2);
  const bool applied = outcome == ControlOutcome::applied || outcome == ControlOutcome::previewed;
  spdlog::log(applied ? spdlog::level::info : spdlog::level::warn,
              "request {}: {} of {} is {}, version {}", done.control_id,
              name_of(kControlOpNames, done.header.detail),
              target_name(static_cast<ControlOp>(done.header.detail), done.header.id),
              name_of(kControlOutcomeNames, done.header.detail2), done.version);
}

std::string_view OperatorLog::target_name(ControlOp op, std::uint32_t id) const {
  if (is_of_index(op) && id < universe_->indices().size()) return universe_->indices()[id].code;
  if (is_of_instrument(op) && id < universe_->instruments().size())
    return universe_->instruments()[id].symbol;
  if (id < universe_->series().size()) return universe_->series()[id].name;
  return "nothing known";
}

void OperatorLog::write(const Record& record) {
  if (record.kind() == RecordKind::input_decision) {
    log_decision(record.as<InputDecision>());
  } else if (record.kind() == RecordKind::control_done) {
    log_control(record.as<ControlDone>());
  } else if (record.kind() == RecordKind::definition_changed) {
    const auto change = record.as<DefinitionChanged>();
    if (change.definition_set > 0) {
      spdlog::info("version {} of {} is in force", change.version,
                   universe_->indices()[change.header.id].code);
    }
  } else if (record.kind() == RecordKind::feed_changed) {
    log_feed(record.as<FeedChanged>());
  } else if (record.kind() == RecordKind::market_changed) {
    log_market(record.as<MarketChanged>());
  }
}

std::size_t EventLog::log_notices() const {
  std::size_t taken = 0;
  feed::SessionNotice notice;
  for (const auto& feed : *feeds_) {
    const bool over = log_.day_is_over(feed::market_of(feed->venue()));
    for (; feed->take_notice(notice); ++taken) {
      const auto level = over                       ? spdlog::level::debug
                         : feed::is_warning(notice) ? spdlog::level::warn
                                                    : spdlog::level::info;
      spdlog::log(level, "{}", feed::describe(feed->venue(), notice));
    }
  }
  return taken;
}

std::size_t EventLog::do_work(TimeNs) {
  std::size_t read = log_notices();
  Record record;
  for (; read < kBatch; ++read) {
    const auto result = reader_.poll(record);
    if (result == BroadcastRing::ReadResult::empty) break;
    if (result == BroadcastRing::ReadResult::lapped) {
      spdlog::warn("the log was overtaken and left out {} records", reader_.resume());
    } else {
      log_.write(record);
    }
  }
  return read;
}

}  // namespace indexcast::server
