// What the server shows follows the day that runs, and the definitions in force in it.
#include "tests/unit/web/http_server_fixture.h"

namespace indexcast::server {
namespace {

TEST_F(HttpServerTest, goesOnWithAnotherDayForThoseWhoAreConnected) {
  std::vector<IndexDefinition> definitions = stub_definitions();
  definitions.erase(definitions.begin());  // 995366 has another number, and 995365 is gone
  CoreStub tomorrow(1 << 10, std::move(definitions));
  tomorrow.publish(0, 10'555'555);
  ServerView view = tomorrow.view();
  ++view.epoch;
  core_.publish(1, 10'123'456);
  settle();
  StreamReader reader(server_.port());
  reader.send(R"({"op":"subscribe","codes":["995365","995366"]})");
  EXPECT_EQ(reader.read_type("snapshot")["code"], "995365");
  EXPECT_EQ(reader.read_type("snapshot")["level"], "1012.3456");
  server_.switch_day(view, Clock(), {&other_});
  EXPECT_EQ(reader.read_type("unsubscribed")["codes"], json::array({"995365"}));
  const json snapshot = reader.read_type("snapshot");
  EXPECT_EQ(snapshot["epoch"], std::to_string(view.epoch));
  EXPECT_EQ(snapshot["level"], "1055.5555");
  tomorrow.publish(0, 10'666'666);
  EXPECT_EQ(reader.read_type("level")["level"], "1066.6666");
  EXPECT_EQ(get_json("/v1/indices")["indices"].size(), 2u);
  EXPECT_EQ(get("/v1/indices/995365").result_int(), 404u);
  server_.stop();  // before what it looks at goes
}

TEST_F(HttpServerTest, showsTheDefinitionsInForceAtItsPlace) {
  std::vector<IndexDefinition> definitions = stub_definitions();
  definitions[1].version = 7;
  const std::uint32_t definition_set = core_.definition_sets.add(
      std::make_shared<const Universe>(std::move(definitions), core_.universe), 0);
  EXPECT_EQ(get_json("/v1/indices/995366")["definition_version"], 1) << "staged, and no more";
  DefinitionChanged change;
  change.header.id = 1;
  change.definition_set = definition_set;
  change.version = 7;
  core_.ring.write(Record::of(change));
  core_.readers.wake();
  settle();
  EXPECT_EQ(get_json("/v1/indices/995366")["definition_version"], 7);
}

}  // namespace
}  // namespace indexcast::server
