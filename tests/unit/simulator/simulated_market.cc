#include "tests/unit/simulator/simulated_market.h"

#include <memory>
#include <string>
#include <string_view>

#include "feedhandlers/market/venue.h"
#include "feedhandlers/sse/encoder.h"
#include "feedhandlers/szse/encoder.h"

namespace indexcast::sim::test {
namespace {

Member member(std::string_view symbol, std::int64_t price) {
  const feed::Venue venue = *feed::venue_of_symbol(symbol);
  const std::string text(symbol);
  Member result;
  result.security = std::make_shared<const indexcast::Security>(indexcast::Security{
      text, text, venue == feed::Venue::hkex ? "HKD" : "CNY", feed::market_of(venue)});
  result.shares.raw = 1'000'000;
  result.close.raw = result.base_price.raw = result.reference_price.raw = price;
  return result;
}

}  // namespace

Universe make_universe() {
  IndexDefinition definition;
  definition.code = "999999";
  definition.currency = "CNY";
  definition.close_fx = {{"HKD", FxRate{92'310'000}}};
  definition.fx_series = {{"HKD", "HKDCNY"}};
  definition.members = {member("688041.SH", 151'200'000), member("601728.SH", 7'830'000),
                        member("600050.SH", 5'910'000),   member("002261.SZ", 34'560'000),
                        member("300017.SZ", 12'340'000),  member("300738.SZ", 21'070'000),
                        member("3896.HK", 7'310'000),     member("0700.HK", 498'600'000),
                        member("9988.HK", 128'900'000),   member("8083.HK", 246'000)};
  return Universe({definition});
}

Settings make_settings() {
  Settings settings;
  settings.ticks_per_second = 0.2;
  settings.snapshot_grid_ms = 0;  // every change shows at once
  settings.refresh_s = 30;
  settings.halts = 0.0;
  settings.sse.gateways = {{.address = {"127.0.0.1", 0}, .target_comp_id = "MDGW-SH-1"}};
  settings.szse.gateways = {{.address = {"127.0.0.1", 0},
                             .sender_comp_id = "Realtime1",
                             .target_comp_id = "mdgw1",
                             .password = "secret"}};
  settings.hkex.channels = {{10, {"239.255.10.1", 51001}, {"239.255.10.2", 51002}, {}, {}},
                            {11, {"239.255.11.1", 51003}, {"239.255.11.2", 51004}, {}, {}}};
  return settings;
}

std::vector<std::byte> logon_of(feed::Venue venue, const Settings& settings, std::size_t place,
                                int heartbeat_s) {
  std::vector<std::byte> bytes;
  if (venue == feed::Venue::sse) {
    const sse::Gateway& gateway = settings.sse.gateways[place];
    sse::encode_logon({20250402100000000, 1},
                      {gateway.sender_comp_id, gateway.target_comp_id,
                       static_cast<std::uint16_t>(heartbeat_s), settings.sse.appl_ver_id},
                      bytes);
  } else {
    const szse::Gateway& gateway = settings.szse.gateways[place];
    szse::encode_logon({gateway.sender_comp_id, gateway.target_comp_id, heartbeat_s,
                        gateway.password, settings.szse.default_appl_ver_id},
                       bytes);
  }
  return bytes;
}

Settings only(feed::Venue venue, Settings settings) {
  if (venue != feed::Venue::sse) settings.sse.gateways.clear();
  if (venue != feed::Venue::szse) settings.szse.gateways.clear();
  if (venue != feed::Venue::hkex) settings.hkex.channels.clear();
  return settings;
}

}  // namespace indexcast::sim::test
