#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <toml++/toml.h>

#include <algorithm>
#include <concepts>
#include <iterator>
#include <ostream>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "server/settings/config.h"
#include "server/settings/config_schema.h"
#include "server/settings/table_reader.h"
#include "tests/support/source_dir.h"
#include "tests/support/temporary_folder.h"

namespace indexcast::server {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kShipped = test::source_dir() + "/deploy/indexcast.toml";

// The smallest configuration that is complete.
const std::string kSmall = R"(definitions = ["a.toml"]
[sse]
gateways = [{address = "127.0.0.1:1", target_comp_id = "MDGW-SH-1"}]
[szse]
gateways = [{address = "127.0.0.1:2", target_comp_id = "mdgw1"}]
[hkex]
enabled = false
)";

void collect_keys(const toml::table& table, const std::string& path, std::set<std::string>& keys) {
  for (const auto& [key, node] : table) {
    const std::string name = path + std::string(key.str());
    keys.insert(name);
    if (const auto* inner = node.as_table()) collect_keys(*inner, name + ".", keys);
    if (const auto* array = node.as_array()) {
      for (const toml::node& element : *array) {
        if (const auto* inner = element.as_table()) collect_keys(*inner, name + ".", keys);
      }
    }
  }
}

std::set<std::string> keys_of(const toml::table& table) {
  std::set<std::string> keys;
  collect_keys(table, "", keys);
  return keys;
}

std::string load_fault(const TemporaryFolder& folder, const std::string& text) {
  const auto config = load_config(folder.write("c.toml", text));
  return config.ok() ? "loaded" : std::string(config.status().message());
}

TEST(ConfigFile, ZmqClientsAreHeldToWhatTheyNeed) {
  const TemporaryFolder folder;
  const std::string key = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7";
  const auto client = [](const std::string& rest) { return "[[zmq.clients]]\n" + rest; };
  const std::string curve = kSmall + "[zmq.curve]\nsecret_key = \"server.key\"\n";
  const std::string good =
      client("name = \"desk\"\npublic_key = \"" + key + "\"\ntopics = [\"level\"]\n");
  const auto config = load_config(folder.write("good.toml", curve + good));
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->zmq.curve.secret_key, folder.file("server.key"));
  EXPECT_EQ(config->zmq.clients[0].topics, std::vector<TopicKind>{TopicKind::level});
  EXPECT_THAT(load_fault(folder, curve), HasSubstr("zmq: clients and curve.secret_key need each"));
  EXPECT_THAT(load_fault(folder, kSmall + good), HasSubstr("need each other"));
  EXPECT_THAT(load_fault(folder, curve + good + good), HasSubstr("client desk appears twice"));
  EXPECT_THAT(load_fault(folder, curve + client("name = \"desk\"\n")),
              HasSubstr("client desk has no public_key"));
  EXPECT_THAT(load_fault(folder, curve + client("public_key = \"short\"\n")),
              HasSubstr("c.toml:11:zmq.clients.public_key: must be a key of 40 characters"));
  EXPECT_THAT(load_fault(folder, curve + good + "codes = [\"A/B\"]\n"),
              HasSubstr("a code has no slash: A/B"));
}

TEST(ConfigFile, KeysOfASourceOfRatesAreHeldToWhatTheyNeed) {
  const TemporaryFolder folder;
  const std::string rate = kSmall +
                           "[[fx]]\nseries = \"HKDCNY\"\n"
                           "sources = [\"tcp://10.1.2.3:5570\", \"rate.txt\"]\n";
  const auto curve = [](const std::string& source, const std::string& rest) {
    return "[[fx.curve]]\nsource = \"" + source + "\"\n" + rest;
  };
  const std::string server = "server_key = \"rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7\"\n";
  const std::string secret = "secret_key = \"fx.key\"\n";
  const std::string good = curve("tcp://10.1.2.3:5570", server + secret);
  const auto config = load_config(folder.write("good.toml", rate + good));
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->fx[0].curve[0].secret_key, folder.file("fx.key"));
  EXPECT_THAT(print_config(*config), HasSubstr("[[fx.curve]]\nsource = \"tcp://10.1.2.3:5570\""));
  EXPECT_THAT(load_fault(folder, rate + good + good),
              HasSubstr("c.toml:8:fx: HKDCNY: curve of tcp://10.1.2.3:5570 appears twice"));
  EXPECT_THAT(load_fault(folder, rate + curve("tcp://10.1.2.3:5571", server + secret)),
              HasSubstr("tcp://10.1.2.3:5571: source must be one of the endpoints in sources"));
  EXPECT_THAT(load_fault(folder, rate + curve("rate.txt", server + secret)),
              HasSubstr("curve of rate.txt: source must be one of the endpoints in sources"));
  EXPECT_THAT(load_fault(folder, rate + curve("tcp://10.1.2.3:5570", secret)),
              HasSubstr("curve of tcp://10.1.2.3:5570 has no server_key"));
  EXPECT_THAT(load_fault(folder, rate + curve("tcp://10.1.2.3:5570", server)),
              HasSubstr("curve of tcp://10.1.2.3:5570 has no secret_key"));
  EXPECT_THAT(load_fault(folder, rate + curve("tcp://10.1.2.3:5570", "server_key = \"short\"\n")),
              HasSubstr("c.toml:13:fx.curve.server_key: must be a key of 40 characters"));
}

TEST(ConfigFile, ALevelGuardIsAPercentageOfTwoDecimals) {
  const TemporaryFolder folder;
  const auto config = load_config(folder.write(
      "good.toml", kSmall + "[level_guard]\npercent = 0.29\n[[level_guard.overrides]]\n"
                            "code = \"995366\"\npercent = 2\n"));
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->level_guard.move_bp, 29);
  EXPECT_EQ(config->level_guard.overrides[0].move_bp, 200);
  EXPECT_THAT(print_config(*config), HasSubstr("[level_guard]\npercent = 0.29\n"));
  for (const char* wrong : {"1.001", "-0.01", "100.01", "nan", "\"1\""}) {
    EXPECT_THAT(load_fault(folder, kSmall + "[level_guard]\npercent = " + wrong + "\n"),
                HasSubstr("level_guard.percent: must be a number from 0 to 100 with at most two "
                          "decimal places"))
        << wrong;
  }
  EXPECT_THAT(load_fault(folder, kSmall + "[core]\npending_impact_bp = 10001\n"),
              HasSubstr("core.pending_impact_bp: must be a whole number from 0 to 10000"));
}

TEST(ConfigFile, TheShippedOneLoads) {
  const auto config = load_config(kShipped);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->definitions.size(), 3u);
  EXPECT_EQ(config->definitions[0], test::source_dir() + "/deploy/indices/995365.toml");
  EXPECT_EQ(config->hkex.channels.size(), 2u);
  EXPECT_EQ(config->core.open_deadline_ms, feed::hms(9, 29, 50));
}

TEST(ConfigFile, TheShippedOneNamesEveryKey) {
  const auto config = load_config(kShipped);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(keys_of(toml::parse(print_config(*config))), keys_of(toml::parse_file(kShipped)));
}

TEST(ConfigFile, TheShippedOneStatesTheDefaults) {
  TemporaryFolder folder;
  const auto shipped = load_config(kShipped);
  const auto small = load_config(folder.write("small.toml", kSmall));
  ASSERT_TRUE(shipped.ok() && small.ok()) << small.status();
  // Keys that a site must set are the same in both; all others have defaults.
  Config expected = *small;
  expected.definitions = shipped->definitions;
  expected.calendar = shipped->calendar;
  expected.sse.gateways = shipped->sse.gateways;
  expected.szse.gateways = shipped->szse.gateways;
  expected.szse.resend_gateways = shipped->szse.resend_gateways;
  expected.szse.multicast.channels = shipped->szse.multicast.channels;
  expected.hkex_enabled = true;
  expected.hkex.channels = shipped->hkex.channels;
  expected.hkex.retransmission.servers = shipped->hkex.retransmission.servers;
  expected.hkex.retransmission.username = shipped->hkex.retransmission.username;
  expected.fx = {FxSettings{.series = "HKDCNY"}};
  expected.funds = shipped->funds;
  expected.journal.directory = shipped->journal.directory;
  EXPECT_EQ(print_config(expected), print_config(*shipped));
}

TEST(ConfigFile, WhatIsPrintedLoadsToTheSame) {
  TemporaryFolder folder;
  auto config = load_config(kShipped);
  ASSERT_TRUE(config.ok()) << config.status();
  config->szse.gateways[0].target_comp_id = "a \"quoted\" \\ one\n";
  config->szse.sentinels = {1, 2261};
  config->simulator.loss_a = 0.0123456789;
  config->core.topology = Topology::per_feed;
  const std::string printed = print_config(*config);
  const auto again = load_config(folder.write("printed.toml", printed));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(print_config(*again), printed);
}

// A walker that calls `visit(table, key, codec, value)` for every duration of the schema.
template <class Visit>
struct DurationWalker {
  const Visit& visit;
  std::string path;

  void duration(std::string_view key, DurationUnit unit, std::integral auto& value,
                std::int64_t min, std::int64_t max) {
    visit(path, std::string(key), DurationText{unit, min, max}, value);
  }
  void section(std::string_view key, const auto& describe) {
    DurationWalker inner{visit, path.empty() ? std::string(key) : path + "." + std::string(key)};
    describe(inner);
  }
  void tables(std::string_view key, auto& values, const auto& describe, std::string_view = {}) {
    for (auto& value : values) section(key, [&](auto& inner) { describe(inner, value); });
  }
  void boolean(auto&&...) {}
  void real(auto&&...) {}
  void integer(auto&&...) {}
  void percent(auto&&...) {}
  void text(auto&&...) {}
  void texts(auto&&...) {}
  void moved(auto&&...) {}
  void renamed(auto&&...) {}
};

template <class Visit>
void for_each_duration(Config& config, const Visit& visit) {
  DurationWalker<Visit> walker{visit, ""};
  walk_config(walker, config);
}

TEST(ConfigFile, RandomDurationsArePrintedAndReadToTheSame) {
  constexpr int kConfigurations = 50;
  constexpr std::int64_t kTimersMs[] = {10, 25, 50, 125, 250};  // divisors of every grid below
  const TemporaryFolder folder;
  const auto shipped = load_config(kShipped);
  ASSERT_TRUE(shipped.ok()) << shipped.status();
  std::mt19937_64 random(1);
  const auto between = [&](std::int64_t min, std::int64_t max) {
    return std::uniform_int_distribution<std::int64_t>(min, max)(random);
  };
  for (int i = 0; i < kConfigurations; ++i) {
    Config config = *shipped;
    for_each_duration(config, [&](const auto&, const auto& key, const auto& codec, auto& value) {
      const std::int64_t drawn = between(codec.min, codec.max);
      EXPECT_EQ(codec.parse(codec.format(drawn)), drawn) << key;
      value = static_cast<std::remove_cvref_t<decltype(value)>>(drawn);
    });
    // Rules between keys.
    config.core.timer_ms = kTimersMs[between(0, std::ssize(kTimersMs) - 1)];
    config.core.grid_ms = 250 * between(1, 240);
    if (config.core.short_heartbeat_ms < 50) config.core.short_heartbeat_ms = 0;
    const std::string printed = print_config(config);
    auto again = load_config(folder.write("printed.toml", printed));
    ASSERT_TRUE(again.ok()) << again.status();
    std::vector<std::int64_t> written;
    std::vector<std::int64_t> read;
    const auto collect = [](std::vector<std::int64_t>& out) {
      return [&out](const auto&, const auto&, const auto&, auto& value) { out.push_back(value); };
    };
    for_each_duration(config, collect(written));
    for_each_duration(*again, collect(read));
    EXPECT_EQ(written, read) << printed;
  }
}

TEST(ConfigFile, TheHintOfEveryOldDurationKeyIsAccepted) {
  const TemporaryFolder folder;
  auto shipped = load_config(kShipped);
  ASSERT_TRUE(shipped.ok()) << shipped.status();
  const std::string printed = print_config(*shipped);
  int keys = 0;
  for_each_duration(*shipped, [&](const std::string& table, const std::string& key,
                                  const DurationText& codec, std::int64_t value) {
    SCOPED_TRACE(table + "." + key);
    ++keys;
    const std::string old_key = key + std::string(codec.old_suffix());
    const std::string line = key + " = \"" + codec.format(value) + "\"\n";
    const std::size_t begin = printed.find("[" + table + "]");
    const std::size_t place = printed.find("\n" + line, begin) + 1;
    ASSERT_NE(place, 0u);
    const auto with = [&](const std::string& other) {
      return std::string(printed).replace(place, line.size(), other + "\n");
    };
    const std::string fault = load_fault(folder, with(old_key + " = " + std::to_string(value)));
    const std::string opening = ":" + table + "." + old_key + ": renamed; write ";
    ASSERT_THAT(fault, HasSubstr(opening));
    const std::string hint = fault.substr(fault.find(opening) + opening.size());
    const auto pasted = load_config(folder.write("pasted.toml", with(hint)));
    ASSERT_TRUE(pasted.ok()) << pasted.status();
    EXPECT_EQ(print_config(*pasted), printed);
  });
  EXPECT_GT(keys, 40);
}

TEST(ConfigFile, RenamedKeysAndTablesAreAnsweredWithTheirNewForm) {
  const toml::table table = toml::parse("[old]\nkey = 1\n[[list]]\nkey = 1\n[keep]\nold = 3\n");
  FaultList faults;
  TableReader reader(table, "c.toml", "", faults);
  reader.renamed("old", "new");
  reader.renamed("list", "new_list");
  reader.renamed("absent", "new");
  reader.section("keep", [](auto& inner) { inner.renamed("old", "new"); });
  reader.refuse_unknown_keys();
  EXPECT_EQ(faults.status().message(),
            "c.toml:1:old: renamed; write [new]\n"
            "c.toml:3:list: renamed; write [[new_list]]\n"
            "c.toml:6:keep.old: renamed; write new = 3");
}

TEST(ConfigFile, SecretsAreNotPrinted) {
  auto config = load_config(kShipped);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_THAT(print_config(*config), HasSubstr("password = \"\"\n"));
  config->szse.gateways[1].password = "tiger";
  config->szse.resend_gateways[0].password = "tigress";
  config->hkex.retransmission.username = "lioness";
  const std::string printed = print_config(*config);
  EXPECT_THAT(printed, Not(HasSubstr("tiger")));
  EXPECT_THAT(printed, Not(HasSubstr("tigress")));
  EXPECT_THAT(printed, Not(HasSubstr("lioness")));
  EXPECT_THAT(printed, HasSubstr("password = \"***\"  # a secret"));
}

TEST(ConfigFile, APasswordComesFromItsFileAndIsNeverShown) {
  const TemporaryFolder folder;
  const std::string text =
      replaced(kSmall, "\"mdgw1\"", "\"mdgw1\", password_file = \"secret.txt\"");
  EXPECT_THAT(load_fault(folder, text), HasSubstr("szse: gateways: password_file " +
                                                  folder.file("secret.txt") + " cannot be read"));
  folder.write("secret.txt", "longer than sixteen\n");
  EXPECT_THAT(load_fault(folder, text), HasSubstr("its first line must have 1 to 16 characters"));
  EXPECT_THAT(load_fault(folder, text), Not(HasSubstr("longer than")));
  folder.write("secret.txt", "tiger\nnotes\n");
  const auto config = load_config(folder.write("c.toml", text));
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->szse.gateways[0].password, "tiger");
  const std::string printed = print_config(*config);
  EXPECT_THAT(printed, Not(HasSubstr("tiger")));
  const auto again = load_config(folder.write("printed.toml", printed));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->szse.gateways, config->szse.gateways);
}

// A value without quotes is no TOML, and the fault must not repeat it.
TEST(ConfigFile, AFaultDoesNotShowAPassword) {
  const TemporaryFolder folder;
  for (const char* wrong : {"tiger1", "tiger\"", "\"tiger tiger tiger\""}) {
    const std::string text =
        replaced(kSmall, "\"mdgw1\"", "\"mdgw1\", password = " + std::string(wrong));
    const std::string fault = load_fault(folder, text);
    EXPECT_NE(fault, "loaded");
    EXPECT_THAT(fault, Not(HasSubstr("tiger"))) << wrong;
  }
}

TEST(ConfigFile, PathsAreRelativeToTheFile) {
  TemporaryFolder folder;
  const auto config = load_config(folder.write("c.toml", kSmall));
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->definitions[0], folder.file("a.toml"));
}

TEST(ConfigFile, TheSimulatorIsTheOtherSideOfTheEnabledFeeds) {
  TemporaryFolder folder;
  const auto config = load_config(folder.write("c.toml", "trade_date = \"2025-04-03\"\n" + kSmall));
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->simulator.sse.gateways, config->sse.gateways);
  EXPECT_EQ(config->simulator.trade_date, 20250403u);
  EXPECT_TRUE(config->simulator.hkex.channels.empty());
}

struct Fault {
  const char* name;
  const char* from;
  const char* to;
  const char* expected;  // after the file's name
};

// Without it GoogleTest prints the bytes, addresses among them, and names differ from run to run.
void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.name; }

class ConfigFault : public testing::TestWithParam<Fault> {};

TEST_P(ConfigFault, IsNamedWithItsLineAndKey) {
  TemporaryFolder folder;
  const std::string text = replaced(kSmall, GetParam().from, GetParam().to);
  EXPECT_THAT(load_fault(folder, text), HasSubstr(folder.file("c.toml") + GetParam().expected));
}

INSTANTIATE_TEST_SUITE_P(
    All, ConfigFault,
    testing::Values(
        Fault{"UnknownKey", "[sse]\n", "[sse]\ngatewais = 1\n", ":3:sse.gatewais: unknown key"},
        Fault{"UnknownTable", "[sse]\n", "[sze]\n[sse]\n", ":2:sze: unknown key"},
        Fault{"WrongType", "enabled = false", "enabled = 0",
              ":7:hkex.enabled: must be true or false"},
        Fault{"OutOfRange", "enabled = false", "enabled = false\nreorder_capacity = 0",
              ":8:hkex.reorder_capacity: must be a whole number from 1 to 65536"},
        Fault{"TextForNumber", "[hkex]", "[http]\nport = \"80\"\n[hkex]",
              ":7:http.port: must be a whole number from 0 to 65535"},
        Fault{"NotANumber", "[hkex]", "[simulator]\nspeed = nan\n[hkex]",
              ":7:simulator.speed: must be a number from 0.01 to 100000"},
        Fault{"BadWord", "[hkex]", "[core]\nidle = \"sleep\"\n[hkex]",
              ":7:core.idle: must be one of spin backoff block"},
        Fault{"ShortHeartbeatTooOften", "[hkex]", "[core]\nshort_heartbeat = \"49ms\"\n[hkex]",
              ":6:core: short_heartbeat must be \"0s\" or at least \"50ms\""},
        Fault{"DurationTooShort", "[hkex]", "[core]\ntimer = \"9ms\"\n[hkex]",
              ":7:core.timer: must be a duration from \"10ms\" to \"1min\" in whole milliseconds: "
              "a number and a unit (ns, us, ms, s, min or h)"},
        Fault{"DurationFinerThanItsResolution", "[hkex]", "[core]\ntimer = \"10500us\"\n[hkex]",
              ":7:core.timer: must be a duration from \"10ms\" to \"1min\" in whole milliseconds"},
        Fault{"DurationWithoutUnit", "[hkex]", "[core]\ntimer = \"100\"\n[hkex]",
              ":7:core.timer: must be a duration"},
        Fault{"DurationAsNumber", "[hkex]", "[core]\ntimer = 100\n[hkex]",
              ":7:core.timer: must be a duration"},
        Fault{"OldDurationKey", "[hkex]", "[core]\ntimer_ms = 100\n[hkex]",
              ":7:core.timer_ms: renamed; write timer = \"100ms\""},
        Fault{"OldDurationKeyOutOfRange", "[hkex]", "[core]\ntimer_ms = 5\n[hkex]",
              ":7:core.timer_ms: renamed; write timer, a duration from \"10ms\" to \"1min\""},
        Fault{"OldDurationKeyWithText", "[hkex]", "[core]\ntimer_ms = \"100ms\"\n[hkex]",
              ":7:core.timer_ms: renamed; write timer, a duration from \"10ms\" to \"1min\""},
        Fault{"BadElement", "\"127.0.0.1:1\"", "\"127.0.0.1\"",
              ":3:sse.gateways.address: must be an address"},
        Fault{
            "GatewaysAsAddresses", "[{address = \"127.0.0.1:1\", target_comp_id = \"MDGW-SH-1\"}]",
            "[\"127.0.0.1:1\"]",
            ":3:sse.gateways: must be one table for each gateway: [[sse.gateways]] with address = "
            "\"HOST:PORT\", sender_comp_id = "},
        Fault{"NamesOfAllGateways", "[szse]\n", "[szse]\ntarget_comp_id = \"mdgw1\"\n",
              ":5:szse.target_comp_id: is now one table for each gateway: [[szse.gateways]]"},
        Fault{"PasswordOfAllGateways", "[szse]\n", "[szse]\npassword = \"tiger\"\n",
              ":5:szse.password: is now one table for each gateway: [[szse.gateways]]"},
        Fault{"NamelessGateway", ", target_comp_id = \"mdgw1\"", "",
              ":4:szse: gateways: gateway 1 has no target_comp_id"},
        Fault{"NameTooLong", "\"mdgw1\"", "\"mdgw12345678901234567\"",
              ":5:szse.gateways.target_comp_id: must be text of 1 to 20 characters"},
        Fault{"TwoPasswords", "\"mdgw1\"", "\"mdgw1\", password = \"a\", password_file = \"b\"",
              ":4:szse: gateways: gateway 1 has both password and password_file"},
        Fault{
            "AddressTwice", "target_comp_id = \"mdgw1\"}",
            "target_comp_id = \"mdgw1\"}, {address = \"127.0.0.1:2\", target_comp_id = \"mdgw2\"}",
            ":4:szse: gateways: gateway 2: 127.0.0.1:2 appears twice"},
        Fault{"NotATable", "[hkex]\nenabled = false", "", ":1:hkex: channels: at least one"},
        Fault{"NoDefinition", "\"a.toml\"", "", ":1:definitions: at least one is needed"},
        Fault{"NoGateway", "{address = \"127.0.0.1:2\", target_comp_id = \"mdgw1\"}", "",
              ":4:szse: gateways: at least one"},
        Fault{"RateWithoutSource", "[hkex]",
              "[[fx]]\nseries = \"HKDCNY\"\nmode = \"realtime\"\n[hkex]",
              ":6:fx: HKDCNY: a rate that is not fixed needs a source"},
        Fault{"ChannelTwice", "enabled = false",
              "[[hkex.channels]]\nid = 1\nline_a = \"239.0.0.1:1\"\n"
              "[[hkex.channels]]\nid = 1\nline_a = \"239.0.0.1:1\"\n",
              ":6:hkex: channel 1 appears twice"},
        Fault{"FiveRetransmissionServers", "enabled = false",
              "[[hkex.channels]]\nid = 1\nline_a = \"239.0.0.1:1\"\n[hkex.retransmission]\n"
              "servers = [\"127.0.0.1:1\", \"127.0.0.1:2\", \"127.0.0.1:3\", \"127.0.0.1:4\", "
              "\"127.0.0.1:5\"]\n",
              ":6:hkex: retransmission: at most 4 servers"},
        Fault{"EndBeforeBegin", "[hkex]",
              "[simulator]\nbegin = \"10:00:00\"\nend = \"09:00:00\"\n[hkex]",
              ":6:simulator: begin must be before end"},
        Fault{"Syntax", "[sse]\n", "[sse\n", ":2:: "}),
    [](const auto& test) { return test.param.name; });

TEST(ConfigFile, AllFaultsAreReportedAtOnce) {
  TemporaryFolder folder;
  const std::string text = "log_level = 3\n" + kSmall + "oops = 1\n[http]\nport = -1\n";
  const std::string faults = load_fault(folder, text);
  EXPECT_THAT(faults, HasSubstr("c.toml:1:log_level: must be one of"));
  EXPECT_THAT(faults, HasSubstr("c.toml:9:hkex.oops: unknown key"));
  EXPECT_THAT(faults, HasSubstr("c.toml:11:http.port: must be a whole number"));
  EXPECT_EQ(std::ranges::count(faults, '\n'), 2);
}

TEST(ConfigFile, AFileThatIsNotThereIsAFault) {
  const auto config = load_config("/nonexistent/c.toml");
  EXPECT_EQ(config.status().message(), "/nonexistent/c.toml:1:: cannot be read");
}

}  // namespace
}  // namespace indexcast::server
