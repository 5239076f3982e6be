// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IAccess} from "../src/interfaces/IAccess.sol";
import {Base} from "./Base.t.sol";

contract AccessReceiptTest is Base {
    /// @dev Three receipts in the middle one of three anchors.
    IAccess.Receipt[] private _receipts;
    bytes32 private _previous;

    function setUp() public override {
        super.setUp();
        for (uint64 i = 0; i < 3; ++i) {
            _receipts.push(
                IAccess.Receipt(
                    _accountOf(NORTH), i, _accountOf(OSEI), _accountOf(ANA), "records", 0, 4, NOW, "request", "salt"
                )
            );
        }
        _anchor("before", 9);
        (_previous,) = access.headOf(_accountOf(NORTH));
        _anchor(_root(), 3);
        _anchor("after", 1);
    }

    function _anchor(bytes32 root, uint32 count) private {
        (bytes32 head, uint64 next) = access.headOf(_accountOf(NORTH));
        vm.prank(vm.addr(NORTH));
        access.anchor(next, head, root, count);
    }

    function _hash(uint256 i) private view returns (bytes32) {
        return access.hashReceipt(_receipts[i]);
    }

    function _pair(bytes32 a, bytes32 b) private pure returns (bytes32) {
        return a < b ? keccak256(abi.encode(a, b)) : keccak256(abi.encode(b, a));
    }

    function _root() private view returns (bytes32) {
        return _pair(_pair(_hash(0), _hash(1)), _hash(2));
    }

    function _proof() private view returns (bytes32[] memory proof) {
        proof = new bytes32[](2);
        (proof[0], proof[1]) = (_hash(1), _hash(2));
    }

    function _anchors() private view returns (IAccess.Anchor[] memory anchors) {
        anchors = new IAccess.Anchor[](2);
        anchors[0] = IAccess.Anchor(_root(), 3);
        anchors[1] = IAccess.Anchor("after", 1);
    }

    function _verify(IAccess.Receipt memory receipt) private view returns (bool) {
        return access.verifyReceipt(receipt, _proof(), 1, _previous, _anchors());
    }

    function test_A8_aReceiptIsProvenByItsAnchorAndThoseAfterIt() public {
        vm.assertTrue(_verify(_receipts[0]));
        _anchor("later", 2);
        vm.assertFalse(_verify(_receipts[0]), "good until the next anchor");
        IAccess.Anchor[] memory anchors = new IAccess.Anchor[](3);
        (anchors[0], anchors[1], anchors[2]) = (_anchors()[0], _anchors()[1], IAccess.Anchor("later", 2));
        vm.assertTrue(access.verifyReceipt(_receipts[0], _proof(), 1, _previous, anchors));
    }

    function test_A8_aReceiptInTheLastAnchorOfOneIsItsRoot() public {
        (bytes32 head, uint64 next) = access.headOf(_accountOf(NORTH));
        _anchor(_hash(0), 1);
        IAccess.Anchor[] memory anchors = new IAccess.Anchor[](1);
        anchors[0] = IAccess.Anchor(_hash(0), 1);
        vm.assertTrue(access.verifyReceipt(_receipts[0], new bytes32[](0), next, head, anchors));
    }

    /// @dev Every field is in the leaf: a changed receipt, or another organisation's name on it, is no receipt.
    function test_A8_aReceiptWithAnyFieldChangedIsNone() public view {
        for (uint256 field = 0; field < 10; ++field) {
            IAccess.Receipt memory changed = _receipts[0];
            if (field == 0) changed.organisation = _accountOf(SOUTH);
            else if (field == 1) changed.index = 7;
            else if (field == 2) changed.reader = _accountOf(LIN);
            else if (field == 3) changed.patient = _accountOf(BEN);
            else if (field == 4) changed.recordsHash = "other";
            else if (field == 5) changed.purpose = 9;
            else if (field == 6) changed.decision = 0;
            else if (field == 7) changed.loggedAt = NOW + 1;
            else if (field == 8) changed.requestHash = "other";
            else changed.salt = "other";
            vm.assertFalse(_verify(changed));
        }
    }

    function test_A8_anotherLogAnotherPlaceOrAPartOfTheChainProvesNothing() public view {
        IAccess.Receipt memory receipt = _receipts[0];
        bytes32[] memory proof = _proof();
        IAccess.Anchor[] memory anchors = _anchors();
        vm.assertFalse(access.verifyReceipt(receipt, proof, 0, _previous, anchors), "one place earlier");
        vm.assertFalse(access.verifyReceipt(receipt, proof, 1, 0, anchors), "another history before it");
        vm.assertFalse(access.verifyReceipt(receipt, proof, 3, _previous, new IAccess.Anchor[](0)), "no anchors");
        vm.assertFalse(access.verifyReceipt(receipt, new bytes32[](0), 1, _previous, anchors), "no proof");
        IAccess.Anchor[] memory alone = new IAccess.Anchor[](1);
        alone[0] = anchors[0];
        vm.assertFalse(access.verifyReceipt(receipt, proof, 1, _previous, alone), "what came after is left out");
        vm.assertFalse(access.verifyReceipt(receipt, proof, 2, _previous, alone), "an older anchor as the newest");
        anchors[0].count = 2;
        vm.assertFalse(access.verifyReceipt(receipt, proof, 1, _previous, anchors), "another count");
        // Wraps around 64 bits to the present number.
        vm.assertFalse(access.verifyReceipt(receipt, proof, type(uint64).max, _previous, new IAccess.Anchor[](4)));
    }

    /// @dev Leaves are hashed twice, so an inner node is no receipt: nobody has a receipt of 64 bytes.
    function testFuzz_A8_nothingElseIsProven(
        IAccess.Receipt memory receipt,
        bytes32[] memory proof,
        uint64 sequence,
        bytes32 previous,
        IAccess.Anchor[] memory anchors
    ) public view {
        vm.assertFalse(access.verifyReceipt(receipt, proof, sequence, previous, anchors));
        receipt.organisation = _accountOf(NORTH);
        vm.assertFalse(access.verifyReceipt(receipt, _proof(), 1, _previous, _anchors()));
    }

    function test_A8_anOrganisationThatAnchoredNothingProvesNothing() public view {
        IAccess.Receipt memory receipt = _receipts[0];
        receipt.organisation = _accountOf(SOUTH);
        vm.assertFalse(access.verifyReceipt(receipt, new bytes32[](0), 0, 0, new IAccess.Anchor[](0)));
    }
}
