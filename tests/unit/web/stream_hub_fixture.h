// A hub before a core that says what a test tells it to, and clients without a socket.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "server/web/stream_hub.h"
#include "tests/support/core_stub.h"

namespace indexcast::server {

using nlohmann::json;

// The payload of one frame of the server's.
inline std::string payload_of(std::string_view frame) {
  const auto size = static_cast<unsigned char>(frame[1]);
  return std::string(frame.substr(size < 126 ? 2 : size == 126 ? 4 : 10));
}

// One connected client, whose socket takes what a test lets it take.
class HubClient {
 public:
  HubClient(StreamHub& hub, ConnectionRegistry& registry, ClientStats& stats,
            const StreamClient::Limits& limits, Encoding encoding = Encoding::json)
      : hub_(hub),
        entry_(registry.admit("test", {}, refusal_)),
        client_(encoding, limits, *entry_, hub.source(), stats, [] {}) {
    hub_.join(client_);
  }
  ~HubClient() { hub_.leave(client_); }
  HubClient(const HubClient&) = delete;
  HubClient& operator=(const HubClient&) = delete;

  StreamClient& client() { return client_; }
  bool belong_to(ClientRights rights) {
    return client_.belong_to(std::make_shared<const ClientRights>(std::move(rights)));
  }
  void send(std::string_view message) { hub_.handle(client_, message); }

  // One frame leaves for the socket; its payload.
  std::string take() {
    const std::string frame(client_.queue().gather().front());
    client_.queue().consume(frame.size());
    hub_.written(client_);
    return payload_of(frame);
  }
  // All messages that wait, and what comes for the room that they make.
  std::vector<json> messages() {
    std::vector<json> out;
    while (!client_.queue().empty()) out.push_back(json::parse(take()));
    return out;
  }
  // The only message that waits.
  json message() {
    const std::vector<json> all = messages();
    EXPECT_EQ(all.size(), 1u) << json(all);
    return all.empty() ? json() : all.front();
  }
  // Messages of `type` among those that wait.
  std::vector<json> messages_of(const std::string& type) {
    std::vector<json> out;
    for (json& each : messages()) {
      if (each["type"] == type) out.push_back(std::move(each));
    }
    return out;
  }

 private:
  StreamHub& hub_;
  ConnectionRegistry::Refusal refusal_{};
  std::unique_ptr<ConnectionRegistry::Entry> entry_;
  StreamClient client_;
};

class StreamHubTest : public testing::Test {
 protected:
  explicit StreamHubTest(HttpSettings settings = {}, std::size_t ring = 1 << 12)
      : settings_(std::move(settings)), core_(ring) {}

  std::unique_ptr<HubClient> connect(Encoding encoding = Encoding::json) {
    auto client = std::make_unique<HubClient>(
        hub_, registry_, clients_, StreamClient::Limits{settings_.client_queue, 0}, encoding);
    client->belong_to({});
    return client;
  }
  // To the end of what the core has said.
  void read_on() {
    while (hub_.poll(1000) == 1000) {
    }
  }

  HttpSettings settings_;
  CoreStub core_;
  ClientTokens tokens_;
  ClientStats clients_;
  ConnectionRegistry registry_{100, 0};
  StreamHub hub_{settings_, tokens_, core_.view(), Clock(), clients_, "websocket"};
};

}  // namespace indexcast::server
