// Cost of a level on its way to WebSocket clients: its frame in each encoding, once; its place in a
// client's queue, for each client; and a write, for each client or for many frames of one.
#include <benchmark/benchmark.h>
#include <sys/uio.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "server/web/frame_encoder.h"
#include "server/web/outbound_queue.h"
#include "server/web/stream_hub.h"
#include "tests/bench/typical_level.h"
#include "tests/soak/raw_socket.h"
#include "tests/support/loopback_listener.h"

namespace indexcast::server {
namespace {

// From the record to the bytes of the frame.
void encode_frame(benchmark::State& state) {
  const auto encoding = static_cast<Encoding>(state.range(0));
  const CoreStub core;
  LevelEncoder levels(core.universe, kStubEpoch);
  FrameEncoder frames;
  LevelUpdate update = typical_level(core);
  v1::ServerMessage message;
  std::size_t bytes = 0;
  for (auto _ : state) {
    ++update.index_sequence;
    *message.mutable_level() = levels.message(update, update.index_sequence, {1});
    bytes = frames.encode(message, encoding)->size();
  }
  state.counters["bytes"] = static_cast<double>(bytes);
}
BENCHMARK(encode_frame)->ArgName("form")->DenseRange(0, kEncodingCount - 1);

// One client among `clients`, none of which has a socket: a level from the ring into its queue, and
// out of it as if written. The time is of all clients.
void fan_out(benchmark::State& state) {
  CoreStub core;
  const HttpSettings settings;
  const ClientTokens tokens;
  ClientStats stats;
  StreamHub hub(settings, tokens, core.view(), Clock(), stats, "bench");
  ConnectionRegistry registry(100'000, 0);
  std::vector<std::unique_ptr<ConnectionRegistry::Entry>> entries;
  std::vector<std::unique_ptr<StreamClient>> clients;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    ConnectionRegistry::Refusal refusal{};
    entries.push_back(registry.admit("127.0.0.1", {}, refusal));
    entries.back()->belong_to(tokens.rights_of(""));
    clients.push_back(std::make_unique<StreamClient>(Encoding::json, StreamClient::Limits{},
                                                     *entries.back(), hub.source(), stats, [] {}));
    hub.join(*clients.back());
    hub.handle(*clients.back(), R"({"op":"subscribe","codes":["995366"]})");
  }
  LevelUpdate update = typical_level(core);
  const auto drain = [&] {
    for (const auto& client : clients) {
      std::size_t bytes = 0;
      for (const std::string_view frame : client->queue().gather()) bytes += frame.size();
      client->queue().consume(bytes);
    }
  };
  drain();
  for (auto _ : state) {
    ++update.index_sequence;
    core.latest.store(update);
    core.ring.write(Record::of(update));
    hub.poll(1);
    drain();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  for (const auto& client : clients) hub.leave(*client);
}
BENCHMARK(fan_out)->ArgName("clients")->Arg(1)->Arg(100)->Arg(500)->Arg(2000);

// That many frames of 836 bytes in one write over a loopback socket, and their reading: the
// kernel's part, which no server is without. The time is of all of them.
void write_frames(benchmark::State& state) {
  test::LoopbackListener listener;
  soak::RawSocket far(listener.port(), 0);
  const int near = listener.accept();
  const std::string frame(836, 'x');
  std::vector<iovec> pieces(static_cast<std::size_t>(state.range(0)),
                            {const_cast<char*>(frame.data()), frame.size()});
  std::vector<char> taken(pieces.size() * frame.size());
  for (auto _ : state) {
    auto left = ::writev(near, pieces.data(), static_cast<int>(pieces.size()));
    while (left > 0) left -= far.receive(taken);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  ::close(near);
}
BENCHMARK(write_frames)->ArgName("frames")->Arg(1)->Arg(4)->Arg(16)->Arg(64);

}  // namespace
}  // namespace indexcast::server
