#include "server/ops/service_control.h"

#include <gmock/gmock.h>

#include "tests/unit/ops/control_fixture.h"

namespace indexcast::server {
namespace {

using testing::HasSubstr;

const ServiceRequest kDrain{true, "a new release"};
const ServiceRequest kResume{false, "it runs"};
const Principal kWang{"wang", "127.0.0.1"};

class ServiceControlTest : public test::ControlFixture {
 protected:
  using ControlFixture::ControlFixture;
  absl::Status carry_out(const ServiceRequest& request) {
    return service_.carry_out(request, kWang, now_, audit_);
  }
  ServiceControl service_;
};

TEST_F(ServiceControlTest, DrainsAndTakesItBackAndSaysWhoDid) {
  EXPECT_EQ(service_.status(), Json::parse(R"({"draining":false})"));
  ASSERT_TRUE(carry_out(kDrain).ok());
  EXPECT_TRUE(service_.state().draining());
  EXPECT_EQ(service_.status()["author"], "wang");
  EXPECT_EQ(service_.status()["reason"], "a new release");
  ASSERT_TRUE(carry_out(kResume).ok());
  EXPECT_FALSE(service_.state().draining());
  EXPECT_EQ(service_.status()["reason"], "it runs");
}

TEST_F(ServiceControlTest, WhatStandsAlreadyIsNotDoneAgain) {
  EXPECT_EQ(carry_out(kResume).code(), absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(carry_out(kDrain).ok());
  EXPECT_EQ(carry_out(kDrain).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(audit_lines().size(), 1u);
}

TEST_F(ServiceControlTest, TheAuditHasIt) {
  ASSERT_TRUE(carry_out(kDrain).ok());
  const auto lines = audit_lines();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0]["event"], "service");
  EXPECT_EQ(lines[0]["operation"], "drain");
  EXPECT_EQ(lines[0]["author"], "wang");
  EXPECT_EQ(lines[0]["address"], "127.0.0.1");
  EXPECT_EQ(lines[0]["time"], utc_text(now_));
}

class FullDiskOfService : public ServiceControlTest {
 protected:
  FullDiskOfService() : ServiceControlTest("/dev/full") {}
};

TEST_F(FullDiskOfService, WhatCannotBeAuditedIsNotDone) {
  EXPECT_EQ(carry_out(kDrain).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_FALSE(service_.state().draining());
}

struct TextCase {
  const char* text;
  const char* fault;
};

TEST(ServiceRequestText, EveryFaultIsNamed) {
  const TextCase cases[] = {
      {"", "no JSON"},
      {"[]", "no JSON object"},
      {R"({"reason":"a","reason":"b"})", "a key stands twice"},
      {"{}", "operation: is missing\nreason: is missing"},
      {R"({"operation":"stop","reason":"r"})", "operation: drain or resume"},
      {R"({"operation":1,"reason":"r"})", "operation: must be text"},
      {R"({"operation":"drain","reason":"\n"})", "reason: "},
      {R"({"operation":"drain","reason":"r","author":"li"})", "a key that no request has"},
  };
  for (const TextCase& c : cases) {
    const auto request = parse_service_request(c.text);
    ASSERT_FALSE(request.ok()) << c.text;
    EXPECT_THAT(std::string(request.status().message()), HasSubstr(c.fault)) << c.text;
  }
  const auto request = parse_service_request(R"({"operation":"drain","reason":"r"})");
  ASSERT_TRUE(request.ok());
  EXPECT_TRUE(request->drain);
}

}  // namespace
}  // namespace indexcast::server
