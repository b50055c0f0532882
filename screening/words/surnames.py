"""Tells a person with the surname Hill, Street or Close from a street: by the given name, rank or title before it."""

from __future__ import annotations

# Surnames that streets end with, too. Nobody is called Road, Avenue or Crescent.
SURNAMES = frozenset(
    "bank brae close court croft field garth gate green grove hill lane meadow mount park place quay rise street view "
    "way wood".split()
)
# What stands before a surname and never before a street's name.
TITLES = frozenset(
    "pc ps pcso sgt sergeant insp inspector chief supt superintendent acc dcc constable dc ds di dci cllr councillor "
    "det mr mrs ms miss mx dr doctor prof professor rev sir dame lady lord capt captain major col colonel cpl".split()
)
# Given names of people alive today that hardly any street is named after: Victoria, George, John and the like are left
# out, because most streets with a given name have one of those.
GIVEN = frozenset(
    """
    aaron abbie abdul abigail adam adele adrian aisha alan alana alex ali alicia alison amanda amber amelia amir amy
    andrea andrew andy angela angie anita anna anthony antony ash ashleigh asif barbara becky ben benjamin beth bethany
    beverley bob bobby bradley brandon brenda brian callum cameron carl carla carly carol caroline carolyn catherine
    cathy charlie chelsea cheryl chloe chris christina christine christopher claire colin connor courtney craig dan
    daniel danielle danny darren dave david dawn deborah debbie denise derek diana diane dominic donna dylan eddie
    eileen
    elaine eleanor ella ellie emily emma eric erin ethan eve faisal fatima fiona fran frances fred gail gareth gary
    gavin
    gemma geoff georgia gillian gina glenn gurpreet hannah harpreet harriet harry harvey hayley heather helen holly
    hussain ian imran isla isobel jack jackie jacob jacqueline jade jake jamie jan jane janet janice jas jasmine jason
    jay jean jeff jen jenna jennifer jenny jeremy jess jessica jill jim joan joanna joanne jodie joe jonathan jordan
    josh
    joshua joyce judith julia julian julie june justin kate katherine kathleen kathryn katie katy kay keith kelly kelsey
    ken kenneth kerry kev kevin kieran kim kirsty kris kyle laura lauren leanne leon liam linda lindsay lisa liz lorna
    lorraine louise luca lucy luke lynn lynne maddie malcolm manjit mandy marcus maria marie marilyn matt matthew
    maureen maya megan mel melanie melissa mia michael michelle mick mike millie mo mohammed molly mohammad monica nadia
    naomi natalie natasha nathan neil nick nicky nicola nicole nigel nina norman olivia omar owen pam pamela pat
    patricia
    paula pauline penny pete philip phil phoebe priya rachael rachel raj ravi raymond rebecca reece rhys rich ricky rita
    rob robin rodney roger ron ronald rory rosie roy ruth ryan sadia sally sam samantha samir sandra sanjay sara sarah
    scott sean shannon sharon shaun sheila shirley simon simran sonia sophia sophie stacey steph stephanie steve steven
    sue susan suzanne tahir tanya tara terry tessa theresa tim timothy tina toby todd tom tommy toni tony tracey tracy
    trevor vanessa vera vicky vikram wayne wendy yasmin yusuf yvonne zac zahra zara zoe
    """.split()
)


def is_person(words: list[str]) -> bool:
    """Whether the words of a name, in lower case, are a person's: "sarah hill", "insp hill", "dave m close"."""
    if len(words) < 2 or words[-1] not in SURNAMES:
        return False
    return words[0] in TITLES or (words[0] in GIVEN and all(word in GIVEN or len(word) == 1 for word in words[1:-1]))
