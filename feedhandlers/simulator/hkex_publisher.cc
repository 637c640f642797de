// Hong Kong's voice: reference data and status on the first channel, prices on the last one
// (protocol notes of HKEX, 1.3, 1.4, 2).
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "feedhandlers/simulator/hkex_packets.h"
#include "feedhandlers/simulator/publisher.h"

namespace indexcast::sim {
namespace {

namespace wire = hkex::wire;

constexpr std::uint8_t kHalted = 2;
constexpr std::uint8_t kResumed = 3;
constexpr std::uint32_t kBoardLot = 100;

// Scales: prices 1e-6 to 1e-3, turnover 1e-4 to 1e-3.
std::int32_t wire_price(std::int64_t price) { return static_cast<std::int32_t>(price / 1'000); }
std::int64_t wire_turnover(std::int64_t turnover) { return turnover / 10; }

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
  HkexPublisher(Outlet& outlet, const hkex::Settings& settings, std::uint32_t cny_rate,
                FaultBook& faults)
      : market_code_(settings.market_code), cny_rate_(cny_rate), faults_(faults) {
    for (const hkex::ChannelSettings& channel : settings.channels) {
      channels_.emplace_back(outlet, channel.id);
    }
  }

  void start(const Market&, Micros now) override {
    for (HkexPackets& channel : channels_) channel.reset(now);
  }
  void reference(const Market& market, Micros now) override;
  void session_changed(const Market& market, Micros now) override { session(market, now); }
  void security_changed(const Market& market, const Security& security, Micros now) override;
  void status_changed(const Security& security, Micros now) override {
    suspension(security, security.halted() ? kHalted : kResumed, now);
  }
  void second(const Market&, Micros now) override {
    for (HkexPackets& channel : channels_) channel.heartbeat_if_idle(now);
  }
  void flush(Micros now) override {
    for (HkexPackets& channel : channels_) channel.flush(now);
  }

 private:
  // What clients were told of a security last: 40, 60 and 62 are sent on change only.
  struct Told {
    std::int64_t nominal = 0;
    std::int64_t trades = 0;
    bool closed = false;
  };

  HkexPackets& status_channel() { return channels_.front(); }
  HkexPackets& price_channel() { return channels_.back(); }
  void market_definition(const Market& market, Micros now);
  void security_definition(const Security& security, Micros now);
  void session(const Market& market, Micros now);
  void suspension(const Security& security, std::uint8_t indicator, Micros now);
  void prices(const Security& security, Told& told, Micros now);

  std::vector<HkexPackets> channels_;
  std::string market_code_;
  std::uint32_t cny_rate_;
  FaultBook& faults_;
  std::unordered_map<std::uint32_t, Told> told_;
};

void HkexPublisher::reference(const Market& market, Micros now) {
  market_definition(market, now);
  for (const Security& security : market.securities) security_definition(security, now);
  status_channel().add(hkex::CurrencyRate{"CNY", 0, cny_rate_}, wire::currency_rate::kType, now);
  session(market, now);
  told_.clear();
  for (const Security& security : market.securities) {
    if (security.suspended() || security.halted()) suspension(security, kHalted, now);
    security_changed(market, security, now);
  }
}

void HkexPublisher::market_definition(const Market& market, Micros now) {
  hkex::MarketDefinition definition;
  definition.market_code = std::string_view(market_code_);
  definition.market_name = std::string_view("SIMULATED " + market_code_);
  definition.currency_code = "HKD";
  definition.number_of_securities = static_cast<std::uint32_t>(market.securities.size());
  status_channel().add(definition, wire::market_definition::kType, now);
}

void HkexPublisher::security_definition(const Security& security, Micros now) {
  const Security::Listing& listing = security.listing();
  hkex::SecurityDefinition definition;
  definition.security_code = listing.code;
  definition.market_code = std::string_view(market_code_);
  definition.isin_code = "NA";
  definition.instrument_type = "EQTY";
  definition.product_type = 1;
  definition.security_short_name = std::string_view(listing.name);
  definition.currency_code = std::string_view(listing.currency);
  definition.lot_size = kBoardLot;
  definition.previous_closing_price = wire_price(listing.previous_close);
  definition.cas_flag = 'Y';
  definition.listing_date = 19'000'101;  // unknown (2.2)
  status_channel().add(definition, wire::security_definition::kType, now);
}

void HkexPublisher::session(const Market& market, Micros now) {
  hkex::TradingSessionStatus status;
  status.market_code = std::string_view(market_code_);
  status.trading_session_sub_id = market.session.hkex_session;
  status.trading_ses_status = session_status(market.session.hkex_session);
  status_channel().add(status, wire::trading_session_status::kType, now);
}

void HkexPublisher::suspension(const Security& security, std::uint8_t indicator, Micros now) {
  status_channel().add(hkex::SecurityStatus{security.listing().code, indicator},
                       wire::security_status::kType, now);
}

void HkexPublisher::security_changed(const Market&, const Security& security, Micros now) {
  Told& told = told_[security.listing().code];
  prices(security, told, now);
  // The nominal price is the auction's while it has one (4.2).
  const std::int64_t nominal =
      security.virtual_price() > 0 ? security.virtual_price() : security.totals().last;
  if (nominal > 0 && nominal != told.nominal) {
    told.nominal = nominal;
    price_channel().add(hkex::NominalPrice{security.listing().code, wire_price(nominal)},
                        wire::nominal_price::kType, now);
  }
  if (security.phase() == Phase::closed && !told.closed) {
    told.closed = true;
    price_channel().add(
        hkex::ClosingPrice{security.listing().code, wire_price(security.close()), 0},
        wire::closing_price::kType, now);
  }
}

void HkexPublisher::prices(const Security& security, Told& told, Micros now) {
  const Totals& totals = security.totals();
  if (totals.trades == told.trades) return;
  told.trades = totals.trades;
  hkex::Statistics statistics;
  statistics.security_code = security.listing().code;
  statistics.shares_traded = static_cast<std::uint64_t>(totals.volume);
  statistics.turnover = wire_turnover(totals.turnover);
  statistics.high_price = wire_price(totals.high);
  statistics.low_price = wire_price(totals.low);
  statistics.last_price = wire_price(totals.last);
  price_channel().add(statistics, wire::statistics::kType, now);
}

}  // namespace

std::unique_ptr<Publisher> make_hkex_publisher(Outlet& outlet, const hkex::Settings& settings,
                                               std::uint32_t cny_rate, FaultBook& faults) {
  return std::make_unique<HkexPublisher>(outlet, settings, cny_rate, faults);
}

}  // namespace indexcast::sim
