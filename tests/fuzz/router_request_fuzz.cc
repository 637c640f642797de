// Any bytes as a question over ROUTER: the answer is one Reply, within its bounds, and a refusal is
// counted.
#include <spdlog/spdlog.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <numeric>
#include <string_view>

#include "server/zmq/query_service.h"
#include "tests/support/core_stub.h"

namespace {

using namespace indexcast;
using namespace indexcast::server;

// A ring that has gone round, so that there are levels which it has no more.
struct Asked {
  Asked() {
    spdlog::set_level(spdlog::level::off);
    for (int i = 1; i <= 200; ++i) core.publish(static_cast<IndexId>(i % 2), 1000 + i);
    core.apply_price(0, 152'000'000);
    core.publish(2, 5000);
    service.poll(1000);
  }
  CoreStub core{64};
  QueryStats stats;
  ZmqClients everybody{ZmqSettings{}};
  QueryService service{core.view(), Clock(), everybody, stats};
  TimeNs now{1};
};

std::uint64_t refusals(const QueryStats& stats) {
  return std::accumulate(stats.refusals.begin(), stats.refusals.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const Counter& each) { return sum + each.get(); });
}

bool within_bounds(const v1::Reply& reply) {
  return reply.snapshot().snapshots_size() <= 500 && reply.replay().levels_size() <= 500 &&
         reply.definitions().definitions_size() <= 500 && reply.ByteSizeLong() < 1'000'000;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Asked asked;
  asked.now = asked.now + kNsPerSecond;  // the rate is not what is tried here
  const std::uint64_t before = refusals(asked.stats);
  const std::string_view bytes = asked.service.respond(
      "peer", std::string_view(reinterpret_cast<const char*>(data), size), asked.now);
  v1::Reply reply;
  if (!reply.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) std::abort();
  if (reply.body_case() == v1::Reply::BODY_NOT_SET || !within_bounds(reply)) std::abort();
  if (refusals(asked.stats) != before + (reply.has_refusal() ? 1 : 0)) std::abort();
  return 0;
}
