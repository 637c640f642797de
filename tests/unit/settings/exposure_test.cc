// Services that a configuration opens to a network cause a warning, and the warning names the key
// to set.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <ostream>
#include <string>

#include "server/settings/config.h"
#include "tests/support/source_dir.h"

namespace indexcast::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

Config shipped() { return load_config(test::source_dir() + "/deploy/indexcast.toml").value(); }

struct Exposure {
  std::string name;
  std::function<void(Config&)> open;
  std::string key;   // that the warning is about
  std::string says;  // what to set
  std::function<void(Config&)> close;

  friend std::ostream& operator<<(std::ostream& out, const Exposure& of) { return out << of.name; }
};

FxSettings rate_from(const std::string& source) {
  return {.series = "HKDCNY", .mode = FxMode::realtime, .sources = {source}};
}

void close_zmq(Config& config) { config.zmq.curve.secret_key = "server.key"; }

const Exposure kExposures[] = {
    {"hkex_without_sources", [](Config& c) { c.hkex.interface = "10.1.2.3"; }, "hkex.sources",
     "list the addresses of the exchange's senders",
     [](Config& c) { c.hkex.sources = {"10.9.9.9"}; }},
    {"szse_multicast_without_sources",
     [](Config& c) {
       c.szse.transport = szse::FeedTransport::multicast;
       c.szse.multicast.interface = "10.1.2.3";
     },
     "szse.multicast.sources", "list the addresses of the exchange's senders",
     [](Config& c) { c.szse.multicast.sources = {"10.9.9.9"}; }},
    {"rate_from_the_network", [](Config& c) { c.fx = {rate_from("tcp://10.1.2.3:5570")}; },
     "fx.sources", "use a file, or a tunnel that ends on 127.0.0.1",
     [](Config& c) { c.fx = {rate_from("tcp://127.0.0.1:5570")}; }},
    {"rate_without_keys", [](Config& c) { c.fx = {rate_from("tcp://10.1.2.3:5570")}; },
     "fx.sources", "give it keys in [[fx.curve]]",
     [](Config& c) {
       c.fx = {rate_from("tcp://10.1.2.3:5570")};
       c.fx[0].curve = {{"tcp://10.1.2.3:5570", "their key", "our.key"}};
     }},
    {"publisher_without_curve", [](Config& c) { c.zmq.publish = "tcp://*:5556"; }, "zmq.publish",
     "set zmq.curve.secret_key and list zmq.clients", close_zmq},
    {"questions_without_curve", [](Config& c) { c.zmq.query = "tcp://0.0.0.0:5557"; }, "zmq.query",
     "set zmq.curve.secret_key and list zmq.clients", close_zmq},
    {"http_without_tokens",
     [](Config& c) {
       c.http.address = "0.0.0.0";
       c.http.tls = {"server.pem", "server.key"};
     },
     "http.tokens", "name a token file", [](Config& c) { c.http.tokens = "tokens"; }},
    {"http_without_tls",
     [](Config& c) {
       c.http.address = "::";
       c.http.tokens = "tokens";
     },
     "http.tls", "set http.tls.certificate and http.tls.key",
     [](Config& c) {
       c.http.tls = {"server.pem", "server.key"};
     }},
    {"requests_from_the_network",
     [](Config& c) {
       c.admin.enabled = true;
       c.admin.address = "10.1.2.3";
     },
     "admin.address", "set it to \"127.0.0.1\"", [](Config& c) { c.admin.address = "127.0.0.1"; }},
};

class ExposureTest : public testing::TestWithParam<Exposure> {};

TEST_P(ExposureTest, DrawsOneWarningThatNamesTheKeyAndWhatToSet) {
  Config config = shipped();
  GetParam().open(config);
  EXPECT_THAT(exposure_warnings(config),
              ElementsAre(testing::AllOf(StartsWith(config.source + ":0:" + GetParam().key + ": "),
                                         HasSubstr(GetParam().says))));
}

TEST_P(ExposureTest, DrawsNoneOnceThatIsSet) {
  Config config = shipped();
  GetParam().open(config);
  GetParam().close(config);
  EXPECT_THAT(exposure_warnings(config), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(All, ExposureTest, testing::ValuesIn(kExposures),
                         [](const auto& tested) { return tested.param.name; });

TEST(Exposure, TheShippedConfigurationDrawsNone) {
  EXPECT_THAT(exposure_warnings(shipped()), IsEmpty());
}

TEST(Exposure, WhatIsOffOrStaysOnTheMachineDrawsNone) {
  Config config = shipped();
  config.hkex_enabled = config.zmq.enabled = config.http.enabled = config.admin.enabled = false;
  config.hkex.interface = config.http.address = config.admin.address = "10.1.2.3";
  config.zmq.publish = "tcp://10.1.2.3:5556";
  config.szse.multicast.interface = "10.1.2.3";  // the transport is TCP
  config.fx = {rate_from("ipc:///run/rate"), rate_from("rate.txt"),
               rate_from("tcp://127.0.0.1:0;localhost:5570")};
  EXPECT_THAT(exposure_warnings(config), IsEmpty());
}

TEST(Exposure, EveryLoopbackFormIsOne) {
  for (const char* address : {"127.0.0.1", "127.8.8.8", "::1", "localhost"}) {
    Config config = shipped();
    config.http.address = address;
    EXPECT_THAT(exposure_warnings(config), IsEmpty()) << address;
  }
  for (const char* address : {"128.0.0.1", "0.0.0.0", "::", "127.0.0.1.example.org", ""}) {
    Config config = shipped();
    config.http.address = address;
    EXPECT_EQ(exposure_warnings(config).size(), 2u) << address;
  }
}

}  // namespace
}  // namespace indexcast::server
