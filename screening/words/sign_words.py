"""Ordinary words of signs, clothes and appliances, which detectors of number plates take for one."""

from __future__ import annotations

import functools
import re

from screening.text.lines import ascii_letters, plain

# Also joined, as readers do: WAYOUT.
WORDS = frozenset(
    """
    able academy access accident action add adult ahead air alarm all ambulance and appeal area arts assembly at auto
    badge baby back bag bags bakery bank bar bargain base battery bay beach bed beer best bike bikes bin birthday block
    board boat book books bookshop bottom box boys bread break bridge bring brown building bus business butcher butchers
    button by cab cabs cafe cake call camera cancel car care cars cash cctv centre champion chance change channel charge
    charity cheap chef chemist church cinema circle city class clean clear clinic close closed club coach code coffee
    cold college colour come community company control cook cool corner cotton court cream crew cross crossing cup
    customer cycle daily danger dark date day days deal deck deep delay deliveries delivery dental dentist department
    desk diesel direct district diversion division do dock doctor dog dogs door down drink drive driver drop dry each
    eat eco edge education electric electrical emergency empty end energy engine enter entrance entry event events exit
    express extra eye face fair family fan farm fashion fast field file film finish fire first fish fit fitness
    flash floor flower flowers food football for force forward free fresh friday from front fruit fuel full fun gallery
    game games gas gate gents gift gifts girls give go gold good grand green grill ground group guard guest guide gym
    hair half hall hand handle hands happy harbour hard hat head health heart heat heating heavy height help here high
    hire hold holiday home hospice hospital hot hotel hour hours house how ice in info information inn insert inside it
    item jam join juice jump junior keep keys kids kill king kit kitchen ladies lane large last late laundry law lead
    learn left legal level library licence life lift light lights limit line link list live load local lock long look
    lost love low lunch made magic mail main man mark market master match max may meat medical meet member men menu
    metal mid mile min mind minutes mix mode model monday money motion motor move museum music my name national natural
    neighbourhood network new news next night no noise north not notice now number of off offer office officer oil old
    on one only open or order our out over own page paint pair paper park parking parts pass pay people pet petrol phone
    photo pizza place plan plant plastic platform play please plus point police pool post power prepare press price
    prices private prize professional public pull pump push put queue quick quiet race radio rail rain range reading
    ready real rear recycle recycling red release repair rescue reserved response rest restaurant return ride right
    river road room round route row rubbish rugby rule run running safe safety sale sales salon sandwich saturday save
    school science sea search season seat second section security self sell send senior serial series serve service
    services set shop shopping shops shoes show shut side sign silver single site size skate ski sleep slow small smart
    smile smoke smoking snack soap socks soft sold song soup south space special speed spin spirit sport sports sprint
    square staff stage stairs stall stand star start state station steam steel step steps steward stop storage store
    storm stream street student studio style sugar summer sun sunday super supply support sweet swim switch system table
    take takeaway taxi taylor tea team ten test thank thanks the theatre there thin think this thursday ticket tickets
    time timer to toilet toilets tool top total touch tour tower town toy toys track trade traffic trail train training
    tram travel trial trust tuesday turn turbo two type under uniform union unit university up use van vegan video view
    village vintage visitor voice volunteer wait walk wall wanted warm wash washing waste watch water wax way wear
    wednesday weight welcome west wet what wheel white who wide wild win window wine winner winter wood wool work
    workshop world year yes yoga you young your youth zebra zero zone zoo
    co gb uk vac
    ac cm dc ft hz kg kw lb lbs litre litres mah metre metres mhz miles mm mph rpm volt volts watt watts
    cd dvd hdmi led pen tv usb vga
    adidas bosch casio nike nikon nokia playstation puma samsung sony xbox
    """.split()
)
# The short ones that say by themselves what a number counts.
UNITS = frozenset("ac cm dc ft hz kg kw lb mm".split())
# The fewest letters of a word that may be joined to another without a space.
JOINED = 3


def ordinary(text: str) -> bool:
    """Whether every word of a text is an ordinary one of a sign; there must be one, and numbers may stand beside it."""
    found = re.findall(r"[a-z]+", ascii_letters(plain(text)).casefold())
    return any(len(word) > 2 or word in UNITS for word in found) and all(
        _known(word) for word in found if len(word) > 1
    )


@functools.lru_cache(maxsize=4096)
def _known(word: str) -> bool:
    return word in WORDS or any(
        _known(word[:end]) and _known(word[end:])
        for end in range(JOINED, len(word) - JOINED + 1)
        if word[:end] in WORDS
    )
