/** A kind of goods the simulated shop can sell. */
export interface Leaf {
  readonly department: string;
  readonly name: string;
  /** What one piece is called; no noun occurs in two leaves, so titles stay unique. */
  readonly nouns: readonly string[];
  /** Median price in the shop's currency. */
  readonly price: number;
  /** Median weight in grams. */
  readonly grams: number;
  /** Grams per cubic centimetre of the parcel. */
  readonly density: number;
  /** Names of the leaves a shopper needs next, the most needed first. */
  readonly complements: readonly string[];
}

// A small shop sells the first leaves only, so each one stands near what goes with it.
const LEAVES_TEXT = `
Baby|Prams|Pram,Pushchair|420|9500|.12|Rain Covers,Car Seats,Changing Bags
Baby|Rain Covers|Rain Cover,Pram Hood|24|450|.2|Changing Bags,Prams
Coffee & Tea|Coffee Machines|Coffee Machine,Espresso Maker|340|6200|.25|Coffee Beans,Coffee Grinders,Mugs
Coffee & Tea|Coffee Beans|Coffee Beans,Espresso Roast|17|1000|.4|Mugs,Coffee Grinders
Computers|Laptops|Laptop,Notebook Computer|890|1900|.3|Laptop Sleeves,Mice,Monitors
Computers|Laptop Sleeves|Laptop Sleeve,Laptop Case|29|260|.2|Mice,Backpacks
Phones|Smartphones|Smartphone,Mobile Phone|520|210|.3|Phone Cases,Chargers,Headphones
Phones|Phone Cases|Phone Case,Bumper Case|19|60|.3|Chargers,Screen Protectors
Phones|Chargers|Wall Charger,Charging Stand|27|140|.5|Power Banks,Phone Cases
Sport|Running Shoes|Running Shoes,Trail Shoes|105|700|.1|Sport Socks,Fitness Trackers,Water Bottles
Sport|Sport Socks|Running Socks,Sport Socks|14|90|.2|Running Shoes,Water Bottles
Kitchen|Mugs|Mug,Cup Set|15|420|.3|Coffee Beans,Teas
Garden|Barbecues|Barbecue,Charcoal Grill|260|21000|.25|Grill Tools,Charcoal,Garden Chairs
Garden|Grill Tools|Grill Tongs,Barbecue Tool Set|26|700|.35|Charcoal,Barbecues
Audio|Headphones|Headphones,Earphones|95|280|.15|Portable Speakers,Chargers
Home Office|Office Chairs|Office Chair,Desk Chair|230|15500|.1|Desks,Desk Lamps
Home Office|Desks|Desk,Standing Desk|310|28000|.3|Office Chairs,Desk Lamps,Monitors
Bedroom|Mattresses|Mattress,Mattress Topper|380|22000|.06|Bed Linen,Pillows
Bedroom|Bed Linen|Duvet Cover,Bed Linen Set|59|1300|.25|Pillows,Mattresses
Camping|Tents|Tent,Camping Shelter|190|4800|.25|Sleeping Bags,Camping Stoves,Backpacks
Camping|Sleeping Bags|Sleeping Bag,Quilt Bag|85|1500|.12|Camping Stoves,Backpacks
Pets|Dog Beds|Dog Bed,Dog Cushion|54|2100|.07|Dog Food,Dog Toys
Pets|Dog Food|Dog Food,Dog Kibble|38|8000|.5|Dog Toys,Dog Beds
Toys|Building Sets|Building Set,Brick Set|42|900|.15|Puzzles,Board Games
Toys|Puzzles|Puzzle,Jigsaw|18|600|.3|Board Games,Building Sets
Kitchen|Frying Pans|Frying Pan,Skillet|48|1400|.2|Kitchen Knives,Saucepans
Kitchen|Kitchen Knives|Kitchen Knife,Knife Block|56|600|.4|Frying Pans,Saucepans
Photo|Cameras|Camera,Mirrorless Camera|640|680|.35|Memory Cards,Tripods,Camera Bags
Photo|Memory Cards|Memory Card,Flash Card|31|15|.2|Cameras,Camera Bags
Beauty|Face Creams|Face Cream,Day Cream|28|120|.6|Serums,Shampoos
Beauty|Serums|Serum,Face Oil|34|90|.6|Face Creams
Tools|Cordless Drills|Cordless Drill,Impact Driver|125|1700|.3|Drill Bits,Tool Boxes
Tools|Drill Bits|Drill Bit Set,Screwdriver Bits|23|500|.8|Tool Boxes,Cordless Drills
Computers|Monitors|Monitor,Ultrawide Display|260|5600|.15|Mice,Keyboards
Computers|Mice|Mouse,Trackball|36|110|.2|Keyboards,Laptop Sleeves
Bedroom|Pillows|Pillow,Neck Pillow|33|900|.05|Bed Linen
Baby|Car Seats|Car Seat,Booster Seat|180|7200|.1|Rain Covers,Changing Bags
Baby|Changing Bags|Changing Bag,Nappy Bag|62|800|.08|Car Seats,Prams
Sport|Fitness Trackers|Fitness Tracker,Sports Watch|120|45|.2|Water Bottles,Headphones
Sport|Water Bottles|Water Bottle,Drinking Flask|19|250|.15|Sport Socks,Fitness Trackers
Garden|Charcoal|Charcoal,Smoking Chips|16|5000|.25|Grill Tools
Pets|Dog Toys|Dog Toy,Chew Toy|12|150|.2|Dog Food
Coffee & Tea|Coffee Grinders|Coffee Grinder,Burr Grinder|110|2200|.3|Coffee Beans,Mugs
Coffee & Tea|Teas|Green Tea,Herbal Tea|9|120|.15|Mugs
Home Office|Desk Lamps|Desk Lamp,Reading Light|45|1200|.12|Office Chairs
Computers|Keyboards|Keyboard,Keypad|72|850|.2|Mice,Monitors
Audio|Portable Speakers|Portable Speaker,Soundbar|110|1500|.35|Headphones
Phones|Power Banks|Power Bank,Battery Pack|34|320|.8|Chargers
Phones|Screen Protectors|Screen Protector,Privacy Film|11|30|.1|Phone Cases
Camping|Camping Stoves|Camping Stove,Gas Cooker|48|900|.3|Tents,Water Bottles
Camping|Backpacks|Backpack,Daypack|88|1300|.08|Water Bottles,Sleeping Bags
Toys|Board Games|Board Game,Card Game|29|800|.3|Puzzles
Kitchen|Saucepans|Saucepan,Stockpot|52|1900|.18|Frying Pans
Photo|Tripods|Tripod,Monopod|75|1400|.25|Camera Bags
Photo|Camera Bags|Camera Bag,Lens Pouch|58|700|.1|Memory Cards,Tripods
Tools|Tool Boxes|Tool Box,Tool Chest|64|4200|.15|Cordless Drills
Beauty|Shampoos|Shampoo,Conditioner|12|320|.9|Face Creams
Garden|Garden Chairs|Garden Chair,Sun Lounger|95|5200|.08|Garden Tables
Garden|Garden Tables|Garden Table,Patio Table|165|14000|.15|Garden Chairs,Barbecues
Tools|Work Gloves|Work Gloves,Safety Gloves|13|120|.2|Tool Boxes,Drill Bits
`;

/** The leaves in the order a growing shop takes them up. */
export const LEAVES: readonly Leaf[] = LEAVES_TEXT.trim()
  .split('\n')
  .map((line) => {
    const [department, name, nouns, price, grams, density, complements] = line.split('|') as [
      string,
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    return {
      department,
      name,
      nouns: nouns.split(','),
      price: Number(price),
      grams: Number(grams),
      density: Number(density),
      complements: complements.split(','),
    };
  });

/** How a leaf is divided in a shop with more categories than {@link LEAVES}. */
export const LEAF_VARIANTS: readonly string[] = [
  'Classic',
  'Compact',
  'Family',
  'Premium',
  'Travel',
  'Everyday',
  'Outdoor',
  'Studio',
  'Design',
  'Heritage',
];

export const ADJECTIVES: readonly string[] = [
  'Classic',
  'Light',
  'Compact',
  'Foldable',
  'Premium',
  'Soft',
  'Robust',
  'Slim',
  'Urban',
  'Natural',
  'Modern',
  'Everyday',
];

export const SERIES: readonly string[] = [
  'Aria',
  'Bergen',
  'Cedar',
  'Delta',
  'Elba',
  'Fjord',
  'Grove',
  'Harbour',
  'Iris',
  'Juniper',
  'Koru',
  'Lumen',
  'Meadow',
  'Nova',
  'Orion',
  'Pebble',
  'Quartz',
  'Ridge',
  'Sola',
  'Tundra',
  'Umbra',
  'Vega',
  'Willow',
  'Zephyr',
  'Alto',
  'Brook',
  'Comet',
  'Dune',
  'Ember',
  'Fern',
  'Glade',
  'Hazel',
  'Indigo',
  'Jasper',
  'Kite',
  'Linden',
  'Maple',
  'Nimbus',
  'Onyx',
  'Prairie',
  'Raven',
  'Sierra',
  'Tide',
  'Vista',
  'Wren',
  'Yarrow',
  'Aspen',
  'Coral',
];

/** Two words make a brand; they are never the same pair for two departments. */
export const BRAND_FIRST: readonly string[] = [
  'Nord',
  'Alt',
  'Berg',
  'Lind',
  'Sol',
  'Mar',
  'Fen',
  'Kal',
  'Tor',
  'Vel',
  'Ost',
  'Hol',
  'Ryd',
  'Sten',
  'Wes',
  'Dal',
];
export const BRAND_SECOND: readonly string[] = [
  'vik',
  'mark',
  'haus',
  'field',
  'well',
  'moor',
  'stad',
  'wick',
  'land',
  'port',
  'ford',
  'gren',
  'berry',
  'stone',
  'wood',
  'by',
];

export const SELLER_FIRST: readonly string[] = [
  'Harbour',
  'Market',
  'North',
  'River',
  'Station',
  'Castle',
  'Corner',
  'Garden',
  'Bridge',
  'Mill',
  'Park',
  'Hill',
];
export const SELLER_SECOND: readonly string[] = [
  'Trading',
  'Supplies',
  'Goods',
  'Outlet',
  'Direct',
  'Stores',
  'Depot',
  'Shop',
];
