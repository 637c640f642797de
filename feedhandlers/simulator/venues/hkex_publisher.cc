// Hong Kong's publisher: reference data, status, prices and indices on the channels that are
// theirs, and what disturbs them (protocol notes of HKEX, 1.3, 1.4, 2).
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "feedhandlers/simulator/day/publisher.h"
#include "feedhandlers/simulator/venues/hkex_channels.h"
#include "feedhandlers/simulator/venues/hkex_disruptions.h"
#include "feedhandlers/simulator/venues/hkex_market_data.h"

namespace indexcast::sim {
namespace {

constexpr std::uint8_t kHalted = 2;
constexpr std::uint8_t kResumed = 3;
constexpr std::uint32_t kBoardLot = 100;
constexpr std::uint8_t kReferencePriceFixing = 105;
constexpr std::uint32_t kRecovering = 1;
constexpr std::uint32_t kRecovered = 2;
// Turnover and indices leave every two seconds (notes 2.17).
constexpr Micros kSteadyInterval = 2 * kMicrosPerSecond;
constexpr Micros kSignalInterval = 10 * kMicrosPerSecond;
// A bond beside the shares, so that yields occur too.
constexpr std::uint32_t kBond = 4'001;
constexpr std::int32_t kBondYield = 3'875;  // percent, 10^-3

// TradingSesStatus by TradingSessionSubID, the newer of the two sets in the notes (3.4).
std::uint8_t session_status(std::uint8_t session) {
  switch (session) {
    case 100:
      return 0;
    case 1:
    case 101:
    case 108:
    case 2:
    case 7:
      return 20;
    case 3:
    case 104:
      return 30;
    case 105:
    case 5:
    case 106:
    case 107:
    case 4:
      return 40;
    case 103:
      return 50;
    default:
      return 100;
  }
}

class HkexPublisher final : public Publisher {
 public:
  HkexPublisher(MessageOutput& output, const hkex::Settings& settings, std::uint32_t cny_rate,
                std::uint32_t first_number, FaultBook& faults)
      : output_(output),
        channels_(output, settings, first_number),
        market_data_(output, channels_),
        disruptions_(faults),
        market_code_(settings.market_code),
        cny_rate_(cny_rate) {}

  void start(const Market& market, Micros now) override;
  void reference(const Market& market, Micros now) override;
  void session_changed(const Market& market, Micros now) override;
  void security_changed(const Market& market, const SimulatedSecurity& security,
                        Micros now) override {
    if (!paused()) market_data_.send(market, security, now);
  }
  void status_changed(const SimulatedSecurity& security, Micros now) override;
  void interrupted(const SimulatedSecurity& security, Micros now, Micros end) override {
    if (!paused()) market_data_.interrupted(security, now, end);
  }
  void trade_cancelled(const SimulatedSecurity& security, const SimulatedTrade& trade,
                       Micros now) override {
    if (!paused()) market_data_.trade_cancelled(security, trade, now);
  }
  void restated(const Market& market, const SimulatedSecurity& security, Micros now) override {
    if (!paused()) market_data_.restate(market, security, now);
  }
  void second(const Market& market, Micros now) override;
  void flush(Micros now) override {
    channels_.for_each([now](HkexPackets& channel) { channel.flush(now); });
  }

 private:
  // A publisher that is being replaced says nothing, heartbeats included.
  bool paused() const { return replaced_at_.has_value(); }

  void market_definition(const Market& market, Micros now);
  void security_definition(const SimulatedSecurity& security, Micros now);
  void bond(Micros now);
  void currencies(Micros now);
  void state(const Market& market, Micros now);
  void session(const Market& market, Micros now);
  void suspension(const SimulatedSecurity& security, std::uint8_t indicator, Micros now);
  void news(std::string_view headline, std::uint32_t security, Micros now);
  void turnover(const Market& market, Micros now);
  void disturb(const Market& market, Micros now);
  bool carry_out(const Fault& fault, const Market& market, Micros now);
  void test_day(const Market& market, std::int64_t days_before, Micros now);
  void signal_disaster(std::uint32_t status, Micros now);
  void pause(const Fault& fault, Micros now);
  void replace(const Market& market, Micros now);
  template <class Act>
  void on_channels_of(const Fault& fault, Act act);

  MessageOutput& output_;
  HkexChannels channels_;
  HkexMarketData market_data_;
  HkexIndex index_;
  HkexDisruptions disruptions_;
  std::string market_code_;
  std::uint32_t cny_rate_;
  std::uint32_t next_news_ = 1;
  std::set<std::uint32_t> halted_;  // what clients were sent last
  bool described_ = false;          // reference data was sent: the day has data
  std::optional<Micros> replaced_at_;
  bool disaster_ = false;              // of the replacement under way
  std::uint32_t disaster_status_ = 0;  // as last sent; 0: none
};

void HkexPublisher::start(const Market& market, Micros now) {
  channels_.divide(market.securities);
  disruptions_.skip_until(now);
  channels_.for_each([now](HkexPackets& channel) { channel.reset(now); });
}

void HkexPublisher::reference(const Market& market, Micros now) {
  described_ = true;
  market_definition(market, now);
  for (const SimulatedSecurity& security : market.securities) security_definition(security, now);
  bond(now);
  currencies(now);
  channels_.index().add(index_.definition(), now);
  news("SIMULATED TRADING DAY", 0, now);
  market_data_.forget();
  state(market, now);
}

// Everything that changes in the day, as it stands.
void HkexPublisher::state(const Market& market, Micros now) {
  session(market, now);
  for (const SimulatedSecurity& security : market.securities) {
    const bool halted = security.suspended() || security.halted();
    if (halted) {
      suspension(security, kHalted, now);
    } else if (halted_.contains(security.listing().code)) {
      suspension(security, kResumed, now);
    }
    market_data_.send(market, security, now);
  }
}

void HkexPublisher::session_changed(const Market& market, Micros now) {
  if (paused()) return;
  session(market, now);
  if (market.session.hkex_session != kReferencePriceFixing) return;
  for (const SimulatedSecurity& security : market.securities)
    market_data_.reference_price(security, now);
}

void HkexPublisher::status_changed(const SimulatedSecurity& security, Micros now) {
  if (paused()) return;
  suspension(security, security.halted() ? kHalted : kResumed, now);
  news(security.halted() ? "TRADING HALT" : "RESUMPTION OF TRADING", security.listing().code, now);
}

void HkexPublisher::market_definition(const Market& market, Micros now) {
  hkex::MarketDefinition definition;
  definition.market_code = std::string_view(market_code_);
  definition.market_name = std::string_view("SIMULATED " + market_code_);
  definition.currency_code = "HKD";
  definition.number_of_securities =
      static_cast<std::uint32_t>(market.securities.size() + 1);  // and the bond
  channels_.reference().add(definition, now);
}

void HkexPublisher::security_definition(const SimulatedSecurity& security, Micros now) {
  const SimulatedSecurity::Listing& listing = security.listing();
  hkex::SecurityDefinition definition;
  definition.security_code = listing.code;
  definition.market_code = std::string_view(market_code_);
  definition.isin_code = "NA";
  definition.instrument_type = "EQTY";
  definition.product_type = 1;
  definition.security_short_name = std::string_view(listing.name);
  definition.currency_code = std::string_view(listing.currency);
  definition.lot_size = kBoardLot;
  definition.previous_closing_price =
      static_cast<std::int32_t>(listing.previous_close / 1'000);  // 1e-6 to 1e-3
  definition.cas_flag = 'Y';
  definition.listing_date = 19'000'101;  // unknown (2.2)
  channels_.reference().add(definition, now, listing.code);
  if (listing.code % 4 != 0) return;
  // Some have market makers.
  hkex::LiquidityProvider providers;
  providers.security_code = listing.code;
  providers.lp_broker_numbers.push_back(static_cast<std::uint16_t>(9'000 + listing.code % 1'000));
  channels_.reference().add(providers, now, listing.code);
}

void HkexPublisher::session(const Market& market, Micros now) {
  hkex::TradingSessionStatus status;
  status.market_code = std::string_view(market_code_);
  status.trading_session_sub_id = market.session.hkex_session;
  status.trading_ses_status = session_status(market.session.hkex_session);
  channels_.status().add(status, now);
}

void HkexPublisher::suspension(const SimulatedSecurity& security, std::uint8_t indicator,
                               Micros now) {
  const std::uint32_t code = security.listing().code;
  channels_.status().add(hkex::SecurityStatus{code, indicator}, now, code);
  indicator == kHalted ? void(halted_.insert(code)) : void(halted_.erase(code));
}

void HkexPublisher::bond(Micros now) {
  hkex::SecurityDefinition definition;
  definition.security_code = kBond;
  definition.market_code = std::string_view(market_code_);
  definition.isin_code = "NA";
  definition.instrument_type = "BOND";
  definition.product_type = 4;
  definition.security_short_name = "SIMULATED BOND";
  definition.currency_code = "HKD";
  definition.lot_size = 1'000;
  definition.previous_closing_price = 100'000;
  definition.listing_date = 19'000'101;  // unknown (2.2)
  channels_.reference().add(definition, now, kBond);
  channels_.market(kBond).add(hkex::Yield{kBond, kBondYield}, now, kBond);
}

void HkexPublisher::currencies(Micros now) {
  channels_.reference().add(hkex::CurrencyRate{"CNY", 0, cny_rate_}, now);
}

void HkexPublisher::news(std::string_view headline, std::uint32_t security, Micros now) {
  hkex::News news;
  news.news_type = "EXN";
  const std::string id = std::to_string(1'000 + next_news_++ % 1'000).substr(1);
  news.news_id = std::string_view(id);
  news.headline = headline;
  news.release_time = static_cast<std::uint64_t>(output_.instant(now).ns);
  news.market_codes.push_back(std::string_view(market_code_));
  if (security != 0) news.security_codes.push_back(security);
  news.news_lines.push_back(headline);
  channels_.status().add(news, now, security);
}

void HkexPublisher::turnover(const Market& market, Micros now) {
  std::int64_t sum = 0;
  for (const SimulatedSecurity& security : market.securities) sum += security.totals().turnover;
  hkex::MarketTurnover message;
  message.market_code = std::string_view(market_code_);
  message.turnover = sum / 10;  // 1e-4 to 1e-3
  if (output_.null_turnover(channels_.status().channel(), now)) {
    message.turnover = hkex::wire::kNullInt64;
  }
  channels_.status().add(message, now);
}

void HkexPublisher::second(const Market& market, Micros now) {
  if (!output_.muted()) {
    if (paused() && now >= *replaced_at_) replace(market, now);
    if (!paused()) disturb(market, now);
  }
  // Repeated until the end of the day (OMD-C 3.4.3), also while everything else is silent.
  if (disaster_status_ != 0 && now % kSignalInterval == 0) {
    signal_disaster(disaster_status_, now);
    channels_.disaster_recovery().flush(now);
  }
  if (paused()) return;
  const bool trades = market.session.phase != Phase::before_open && now % kSteadyInterval == 0;
  if (described_ && trades) {
    turnover(market, now);
    channels_.index().add(index_.data(market, output_.instant(now)), now);
  }
  channels_.for_each([now](HkexPackets& channel) { channel.heartbeat_if_idle(now); });
}

// Carries out what is due; what cannot be done yet is tried again.
void HkexPublisher::disturb(const Market& market, Micros now) {
  while (!paused()) {
    const Fault* fault = disruptions_.due(now);
    if (fault == nullptr || !carry_out(*fault, market, now)) return;
    disruptions_.done();
  }
}

template <class Act>
void HkexPublisher::on_channels_of(const Fault& fault, Act act) {
  channels_.for_each([&](HkexPackets& channel) {
    if (fault.channel == 0 || fault.channel == channel.channel()) act(channel);
  });
}

bool HkexPublisher::carry_out(const Fault& fault, const Market& market, Micros now) {
  bool happened = false;
  switch (fault.kind) {
    case FaultKind::sequence_reset:
      on_channels_of(fault, [&](HkexPackets& channel) {
        channel.reset_per_line(now, now + fault.amount * kMicrosPerMs);
        happened = true;
      });
      return happened;
    case FaultKind::sequence_restart:
      on_channels_of(fault, [&](HkexPackets& channel) {
        channel.restart(now);
        happened = true;
      });
      return happened;
    case FaultKind::duplicate_tickers:
      return market_data_.repeat_tickers(static_cast<std::size_t>(fault.amount), now) > 0;
    case FaultKind::publisher_restart:
    case FaultKind::disaster_recovery:
      pause(fault, now);
      return true;
    case FaultKind::other_date:
      test_day(market, fault.amount, now);
      return true;
    default:
      return false;
  }
}

// Sends a test of the exchange on all lines (OMD-C 2.2). Only the date of SendTime distinguishes it
// from a trading day. Its numbers start again, its market closes, and its prices are twice those of
// today.
void HkexPublisher::test_day(const Market& market, std::int64_t days_before, Micros now) {
  const TimeNs sent = output_.instant(now) + -days_before * kNsPerDay;
  channels_.for_each([&](HkexPackets& channel) {
    hkex::PacketBuilder reset(1, sent);
    reset.add(hkex::SequenceReset{1});
    channel.send_apart(reset, now);
  });
  std::uint32_t next = 2;
  hkex::TradingSessionStatus closed;
  closed.market_code = std::string_view(market_code_);
  hkex::PacketBuilder session(next, sent);
  session.add(closed);
  channels_.status().send_apart(session, now);
  for (const SimulatedSecurity& security : market.securities) {
    hkex::Statistics statistics;
    statistics.security_code = security.listing().code;
    statistics.last_price = static_cast<std::int32_t>(security.listing().previous_close / 500);
    hkex::PacketBuilder price(++next, sent);
    price.add(statistics);
    channels_.market(statistics.security_code).send_apart(price, now);
  }
}

void HkexPublisher::signal_disaster(std::uint32_t status, Micros now) {
  disaster_status_ = status;
  channels_.disaster_recovery().add(hkex::DisasterRecoverySignal{status}, now);
}

void HkexPublisher::pause(const Fault& fault, Micros now) {
  disaster_ = fault.kind == FaultKind::disaster_recovery;
  if (disaster_) {
    signal_disaster(kRecovering, now);
  }
  flush(now);
  replaced_at_ = now + fault.amount * kMicrosPerMs;
}

// The successor continues the numbers. Within a site it sends everything again and may repeat
// tickers; at the other site recovery is left to the refresh channels (OMD-C 2.2.4.2).
void HkexPublisher::replace(const Market& market, Micros now) {
  constexpr std::size_t kRepeatedTickers = 20;
  replaced_at_.reset();
  if (disaster_) {
    signal_disaster(kRecovered, now);
    return;
  }
  market_data_.repeat_tickers(kRepeatedTickers, now);
  market_data_.forget();
  state(market, now);
}

}  // namespace

std::unique_ptr<Publisher> make_hkex_publisher(MessageOutput& output,
                                               const hkex::Settings& settings,
                                               std::uint32_t cny_rate, std::uint32_t first_number,
                                               FaultBook& faults) {
  return std::make_unique<HkexPublisher>(output, settings, cny_rate, first_number, faults);
}

}  // namespace indexcast::sim
