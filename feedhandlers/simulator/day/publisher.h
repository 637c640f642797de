// A venue's publisher: turns the state of its market into its protocol's messages. One
// implementation a venue, all pure: no I/O, no clock.
#pragma once

#include <memory>
#include <vector>

#include "feedhandlers/simulator/day/message_output.h"
#include "feedhandlers/simulator/day/session_plan.h"
#include "feedhandlers/simulator/day/settings.h"
#include "feedhandlers/simulator/day/simulated_security.h"
#include "feedhandlers/simulator/faults/fault_book.h"

namespace indexcast::sim {

struct Market {
  feed::Venue venue = feed::Venue::sse;
  std::vector<SimulatedSecurity> securities;
  SessionStep session;
};

class Publisher {
 public:
  virtual ~Publisher() = default;
  // The venue begins to speak; what clients need before anything else.
  virtual void start(const Market& market, Micros now) = 0;
  // Reference data, and every security as it stands.
  virtual void reference(const Market& market, Micros now) = 0;
  virtual void session_changed(const Market& market, Micros now) = 0;
  // Price, book, totals or phase of a security changed, or its image is due again.
  virtual void security_changed(const Market& market, const SimulatedSecurity& security,
                                Micros now) = 0;
  // Orders or a trade came in. Called at once, also where a grid holds the image back.
  virtual void ticked(const SimulatedSecurity&, Micros) {}
  // The security was halted or resumed.
  virtual void status_changed(const SimulatedSecurity& security, Micros now) = 0;
  // Its price moved too fast: interrupted until `end`.
  virtual void interrupted(const SimulatedSecurity&, Micros /*now*/, Micros /*end*/) {}
  // `trade` was taken back; the security already stands without it. `restated` follows.
  virtual void trade_cancelled(const SimulatedSecurity&, const SimulatedTrade& /*trade*/, Micros) {}
  // Prices or totals changed without a trade, and are said again even where only trades are news.
  virtual void restated(const Market& market, const SimulatedSecurity& security, Micros now) {
    security_changed(market, security, now);
  }
  // Once an exchange second.
  virtual void second(const Market& market, Micros now) = 0;
  // No more at this instant.
  virtual void flush(Micros now) = 0;
};

// `output` and `faults` outlive the publisher.
std::unique_ptr<Publisher> make_sse_publisher(MessageOutput& output, std::uint64_t seed);
std::unique_ptr<Publisher> make_szse_publisher(MessageOutput& output, std::uint64_t seed,
                                               bool ticks);
// `cny_rate`: HKD per CNY, 4 decimals, for message 14. `first_number`: Settings::hkex_first_number.
std::unique_ptr<Publisher> make_hkex_publisher(MessageOutput& output,
                                               const hkex::Settings& settings,
                                               std::uint32_t cny_rate, std::uint32_t first_number,
                                               FaultBook& faults);

}  // namespace indexcast::sim
