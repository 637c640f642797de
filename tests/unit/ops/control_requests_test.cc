#include "server/ops/control_requests.h"

#include <gmock/gmock.h>

#include "tests/unit/ops/control_fixture.h"

namespace indexcast::server {
namespace {

using testing::HasSubstr;

class ControlRequestsTest : public test::ControlFixture {};

TEST_F(ControlRequestsTest, CarriesARequestOutAndKeepsItsOutcome) {
  const Ticket ticket = ask(request());
  EXPECT_EQ(ticket.state, TicketState::done);
  EXPECT_EQ(ticket.outcome, ControlOutcome::applied);
  EXPECT_EQ(ticket.version, 1u);
  EXPECT_EQ(requests_.states().index(0).level.status(), IndexStatus::held);
  EXPECT_EQ(stats_.done[0][0].get(), 1u);
}

TEST_F(ControlRequestsTest, TheAuditHasTheRequestBeforeTheCoreSeesIt) {
  submit(request());
  ASSERT_EQ(audit_lines().size(), 1u);
  const Json asked = audit_lines()[0];
  EXPECT_EQ(asked["event"], "request");
  EXPECT_EQ(asked["author"], "wang");
  EXPECT_EQ(asked["reason"], "a test");
  EXPECT_EQ(asked["operation"], "hold");
  EXPECT_EQ(asked["time"], "2025-04-02T02:00:00.000000000Z");
  run_core();
  requests_.poll(100);
  ASSERT_EQ(audit_lines().size(), 2u);
  EXPECT_EQ(audit_lines()[1]["event"], "outcome");
  EXPECT_EQ(audit_lines()[1]["outcome"], "applied");
  EXPECT_EQ(audit_lines()[1]["id"], asked["id"]);
}

TEST_F(ControlRequestsTest, OfTwoPeopleWhoKnowTheSameVersionTheSecondIsRefused) {
  EXPECT_EQ(ask(request(R"("expected_version":0)"), "wang").outcome, ControlOutcome::applied);
  EXPECT_EQ(ask(request(R"("expected_version":0)"), "li").outcome, ControlOutcome::stale_version);
  EXPECT_EQ(requests_.states().index(0).version, 1u);
}

TEST_F(ControlRequestsTest, AskingAgainUnderTheSameIdAsksOnce) {
  const std::string id = std::to_string(now_.ns);
  const ControlRequest hold = request("\"id\":\"" + id + "\"");
  EXPECT_EQ(ask(hold).outcome, ControlOutcome::applied);
  EXPECT_EQ(submit(hold).verdict, Verdict::repeated);
  EXPECT_EQ(ask(hold).outcome, ControlOutcome::applied);
  EXPECT_EQ(sequencer_.input_sequence(), 1u);
  EXPECT_EQ(stats_.done[0][0].get(), 1u);
}

TEST_F(ControlRequestsTest, TheSameIdForSomethingElseOrBySomebodyElseIsRefused) {
  const std::string id = "\"id\":\"" + std::to_string(now_.ns) + "\"";
  ask(request(id));
  EXPECT_EQ(submit(request(id + R"(,"expires":"30s")")).verdict, Verdict::id_taken);
  EXPECT_EQ(submit(request(id), "li").verdict, Verdict::id_taken);
}

TEST_F(ControlRequestsTest, AnIdOfAnotherRunIsRefusedBecauseItMayHaveBeenCarriedOut) {
  const auto before = std::to_string(view_.epoch);
  EXPECT_EQ(submit(request("\"id\":\"" + before + "\"")).verdict, Verdict::id_old);
}

TEST_F(ControlRequestsTest, AnIdFromTheFutureIsRefused) {
  const auto ahead = std::to_string(now_.ns + ControlRequests::kAheadNs + 1);
  EXPECT_EQ(submit(request("\"id\":\"" + ahead + "\"")).verdict, Verdict::id_ahead);
}

// Thousands of lines, which no disk need keep.
class ManyRequests : public test::ControlFixture {
 protected:
  ManyRequests() : ControlFixture("/dev/null") {}
};

TEST_F(ManyRequests, OfTheOldestRequestItForgetsTheOutcomeAndRefusesTheId) {
  const std::string first = std::to_string(now_.ns);
  ask(request("\"id\":\"" + first + "\""));
  for (std::size_t i = 0; i < ControlRequests::kTickets; ++i)
    ask(i % 2 == 0 ? release() : request());
  EXPECT_EQ(requests_.tickets().size(), ControlRequests::kTickets);
  EXPECT_EQ(submit(request("\"id\":\"" + first + "\"")).verdict, Verdict::id_old);
}

TEST_F(ControlRequestsTest, ItsOwnIdsNeverRepeat) {
  const std::uint64_t first = submit(request()).id;
  EXPECT_LT(first, submit(request()).id);
}

TEST_F(ControlRequestsTest, ARequestThatComesTooLateIsNotCarriedOut) {
  const Ticket ticket = ask(request(R"("expires":"2025-04-02T01:59:59Z")"));
  EXPECT_EQ(ticket.outcome, ControlOutcome::expired);
  EXPECT_EQ(requests_.states().index(0).version, 0u);
}

TEST_F(ControlRequestsTest, WhenTheCoreTakesNothingInItRefusesAndNothingIsAudited) {
  for (std::size_t i = 0; i < ControlRequests::kWaiting; ++i)
    EXPECT_EQ(submit(request()).verdict, Verdict::taken);
  const std::size_t lines = audit_lines().size();
  EXPECT_EQ(submit(request()).verdict, Verdict::busy);
  EXPECT_EQ(audit_lines().size(), lines);
  run_core();
  requests_.poll(ring_.capacity());
  EXPECT_EQ(submit(request()).verdict, Verdict::taken);
}

TEST_F(ControlRequestsTest, ShowsAnOverrideUntilItIsReleased) {
  ControlRequest override_price = request();
  override_price.operation = find_operation("override_price");
  override_price.value = test::price("150").raw;
  ask(override_price);
  EXPECT_EQ(requests_.states().instrument(0).kind, PriceKind::overridden);
  EXPECT_EQ(requests_.states().instrument(0).price, test::price("150"));
  EXPECT_EQ(requests_.states().instrument(0).version, 1u);
  ControlRequest release_price = request();
  release_price.operation = find_operation("release_price");
  ask(release_price);
  EXPECT_NE(requests_.states().instrument(0).kind, PriceKind::overridden);
}

TEST_F(ControlRequestsTest, SaysWhatAJudgedRequestDoesToEveryLevel) {
  ControlRequest rate = request();
  rate.operation = find_operation("override_rate");
  rate.target = 1;
  rate.value = test::rate("0.95").raw;
  const Ticket refused = ask(rate);
  EXPECT_EQ(refused.outcome, ControlOutcome::needs_force);
  const Json said = json_of(refused, universe_)["effects"];
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(said[0]["index"], "G2");
  EXPECT_EQ(said[0]["level_before"], "1000.0000");
  // C.HK is 4,608,000 x 5.91 x 0.92310 of 227,070,441; its rate rises by 2.914 %.
  EXPECT_EQ(said[0]["level_after"], "1003.2262");
  EXPECT_EQ(said[0]["effect_bp"], "32.26");
}

// Requests with force, where two people are asked for (admin.two_person).
class TwoPeople : public test::ControlFixture {
 protected:
  TwoPeople() { requests_.ask_second_person(); }
  ControlRequest forced_rate() const {
    ControlRequest rate = request();
    rate.operation = find_operation("override_rate");
    rate.target = 1;
    rate.value = test::rate("0.95").raw;
    rate.mode = RequestMode::force;
    return rate;
  }
  Submission approve(std::uint64_t id, const std::string& author) {
    const Submission submission = requests_.approve(id, {author, "127.0.0.2"}, "I looked", now_);
    run_core();
    requests_.poll(ring_.capacity());
    return submission;
  }
  FxRate in_force() const { return engine_.sums().rate(1); }
};

TEST_F(TwoPeople, AForcedRequestWaitsForTheSecondAndSaysItsEffects) {
  const Ticket proposed = ask(forced_rate());
  EXPECT_EQ(proposed.state, TicketState::proposed);
  EXPECT_EQ(proposed.effects.size(), 1u);
  EXPECT_EQ(in_force(), test::rate("0.92310"));
  ASSERT_EQ(approve(proposed.request.id, "li").verdict, Verdict::taken);
  const Ticket& done = *requests_.find(proposed.request.id);
  EXPECT_EQ(done.state, TicketState::done);
  EXPECT_EQ(done.outcome, ControlOutcome::applied);
  EXPECT_EQ(done.second.author, "li");
  EXPECT_EQ(done.effects.size(), 1u);
  EXPECT_EQ(in_force(), test::rate("0.95"));
}

TEST_F(TwoPeople, WhoAskedCannotApprove) {
  const Ticket proposed = ask(forced_rate());
  EXPECT_EQ(approve(proposed.request.id, "wang").verdict, Verdict::same_person);
  EXPECT_EQ(in_force(), test::rate("0.92310"));
  EXPECT_EQ(requests_.find(proposed.request.id)->state, TicketState::proposed);
}

TEST_F(TwoPeople, WhatNeedsNoForceNeedsOnePerson) {
  EXPECT_EQ(ask(request()).outcome, ControlOutcome::applied);
  ControlRequest near = forced_rate();
  near.mode = RequestMode::careful;
  near.value = test::rate("0.93").raw;
  EXPECT_EQ(ask(near).outcome, ControlOutcome::applied);
}

TEST_F(TwoPeople, WhatTheCoreWouldRefuseIsNoProposal) {
  ControlRequest stale = forced_rate();
  stale.expected_version = 7;
  EXPECT_EQ(ask(stale).outcome, ControlOutcome::stale_version);
}

TEST_F(TwoPeople, OfAnotherVersionSinceTheProposalTheApprovalIsRefused) {
  ControlRequest first = forced_rate();
  first.expected_version = 0;
  const Ticket proposed = ask(first);
  ControlRequest near = forced_rate();
  near.mode = RequestMode::careful;
  near.value = test::rate("0.93").raw;
  ask(near, "li");
  ASSERT_EQ(approve(proposed.request.id, "li").verdict, Verdict::taken);
  EXPECT_EQ(requests_.find(proposed.request.id)->outcome, ControlOutcome::stale_version);
  EXPECT_EQ(in_force(), test::rate("0.93"));
}

TEST_F(TwoPeople, ADeclinedProposalIsOver) {
  const Ticket proposed = ask(forced_rate());
  EXPECT_EQ(requests_.decline(proposed.request.id, {"li", ""}, "no", now_).verdict, Verdict::taken);
  EXPECT_EQ(approve(proposed.request.id, "li").verdict, Verdict::not_proposed);
  EXPECT_EQ(in_force(), test::rate("0.92310"));
}

TEST_F(TwoPeople, AProposalEndsAfterTenMinutesOrAtItsExpiry) {
  const Ticket first = ask(forced_rate());
  ControlRequest soon = forced_rate();
  soon.expires_after_ns = 30 * kNsPerSecond;
  const Ticket second = ask(soon);
  now_ = now_ + 31 * kNsPerSecond;
  EXPECT_EQ(approve(second.request.id, "li").verdict, Verdict::proposal_over);
  now_ = now_ + ControlRequests::kProposalNs;
  EXPECT_EQ(approve(first.request.id, "li").verdict, Verdict::proposal_over);
  EXPECT_EQ(approve(4711, "li").verdict, Verdict::unknown_id);
  EXPECT_EQ(in_force(), test::rate("0.92310"));
}

TEST_F(TwoPeople, TheAuditHasBothPeopleBeforeTheCoreActs) {
  const std::uint64_t id = ask(forced_rate()).request.id;
  EXPECT_EQ(audit_lines()[0]["needs_second_person"], true);
  requests_.approve(id, {"li", "127.0.0.2"}, "I looked", now_);
  const Json approval = audit_lines().back();
  EXPECT_EQ(approval["event"], "approval");
  EXPECT_EQ(approval["author"], "li");
  EXPECT_EQ(approval["reason"], "I looked");
  EXPECT_EQ(approval["id"], std::to_string(id));
  EXPECT_EQ(in_force(), test::rate("0.92310"));
}

class FullDisk : public test::ControlFixture {
 protected:
  FullDisk() : ControlFixture("/dev/full") {}
};

TEST_F(FullDisk, RefusesWhatItCannotAuditAndTheCoreNeverSeesIt) {
  const Submission submission = submit(request());
  EXPECT_EQ(submission.verdict, Verdict::unaudited);
  EXPECT_THAT(submission.detail, HasSubstr("No space left"));
  run_core();
  EXPECT_EQ(counters_.get(CoreCounter::control_applied), 0u);
  EXPECT_TRUE(requests_.tickets().empty());
}

class SmallRing : public test::ControlFixture {
 protected:
  SmallRing() : ControlFixture({}, 64) {}
};

TEST_F(SmallRing, AnOutcomeThatWasOverwrittenIsLostAndSaidSo) {
  const std::uint64_t id = submit(request()).id;
  run_core();
  for (int i = 0; i < 100; ++i) ring_.write(Record::of(TimerTick{}));
  requests_.poll(ring_.capacity());
  EXPECT_EQ(requests_.find(id)->state, TicketState::lost);
  EXPECT_FALSE(requests_.states().certain());
  EXPECT_EQ(requests_.waiting(), 0u);
}

}  // namespace
}  // namespace indexcast::server
