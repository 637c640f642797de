// What Shenzhen sends beside its shares (SZSE notes 1.5, 1.6, 2): channel statistics, status of
// securities and of Hong Kong Connect, bulletins, indices, volume statistics, a fund's reference
// value, a Hong Kong security, and now and then a type that no client knows. Their levels follow
// the simulated shares.
#pragma once

#include <cstdint>

#include "feedhandlers/simulator/publisher.h"
#include "feedhandlers/simulator/szse_outlet.h"

namespace indexcast::sim {

class SzseSideStreams {
 public:
  // `out` outlives the streams.
  explicit SzseSideStreams(SzseOutlet& out) : out_(out) {}

  // What is due at this second.
  void second(const Market& market, Micros now);
  void statistics(const Market& market, Micros now);

 private:
  void security_status(const Security& security, Micros now);
  void connect_status(Micros now);
  void bulletin(Micros now);
  void index(std::uint32_t code, std::uint16_t channel, std::string_view stream,
             std::string_view phase, std::int64_t base, const Market& market, Micros now);
  void volume(const Market& market, Micros now);
  void fund(const Market& market, Micros now);
  void hong_kong(const Market& market, Micros now);
  void unknown_type(Micros now);

  SzseOutlet& out_;
};

}  // namespace indexcast::sim
